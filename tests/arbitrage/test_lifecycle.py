from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from arbitrage.lifecycle import Decision, Figures, Standing, Step, Thresholds, Trouble, decide, qualifies

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ASKED = Thresholds(min_roi=1_500, min_profit=300)
GOOD = Figures(buy_price=5_000, sell_price=8_000, cost=4_248, net=936, net_eur=936, roi=2_203)


def figures(net: int, *, cost: int = 4_248, **changes: Any) -> Figures:
    return replace(GOOD, net=net, net_eur=net, cost=cost, roi=round(net * 10_000 / cost), **changes)


def standing(flip: Figures = GOOD, closed_at: datetime | None = None, **changes: Any) -> Standing:
    stored = Standing(
        closed_at=closed_at,
        buy_price=flip.buy_price,
        sell_price=flip.sell_price,
        net=flip.net,
        net_eur=flip.net_eur,
        roi=flip.roi,
        event_net_eur=flip.net_eur,
        event_roi=flip.roi,
    )
    return replace(stored, **changes)


OPEN = standing()
ENDED = NOW - timedelta(hours=5, minutes=59)
LONG_AGO = NOW - timedelta(hours=6, seconds=1)
ROI_15 = figures(600, cost=4_000)
ROI_UNDER_15 = figures(599, cost=4_000)
ROI_13 = figures(520, cost=4_000)
ROI_UNDER_13 = figures(519, cost=4_000)
SMALL = figures(300, cost=1_000)


@pytest.mark.parametrize(
    ("stored", "flip", "decision"),
    [
        (None, GOOD, Decision(Step.OPENED)),
        (None, ROI_15, Decision(Step.OPENED)),
        (None, ROI_UNDER_15, Decision(Step.NOTHING)),
        (None, SMALL, Decision(Step.OPENED)),
        (None, figures(299, cost=1_000), Decision(Step.NOTHING)),
        (None, Trouble.STALE, Decision(Step.NOTHING)),
        (standing(closed_at=ENDED), GOOD, Decision(Step.REOPENED)),
        (standing(closed_at=NOW - timedelta(hours=6)), GOOD, Decision(Step.REOPENED)),
        (standing(closed_at=LONG_AGO), GOOD, Decision(Step.OPENED)),
        (standing(closed_at=ENDED), ROI_13, Decision(Step.NOTHING)),
        (standing(closed_at=ENDED), Trouble.OUT_OF_STOCK, Decision(Step.NOTHING)),
        (OPEN, GOOD, Decision(Step.KEEP)),
        (standing(ROI_15), ROI_13, Decision(Step.WORSENED)),
        (standing(SMALL), figures(250, cost=1_000), Decision(Step.WORSENED)),
        (OPEN, Trouble.OUT_OF_STOCK, Decision(Step.CLOSED, "out_of_stock")),
        (OPEN, Trouble.INCOMPLETE, Decision(Step.CLOSED, "incomplete")),
        (OPEN, Trouble.STALE, Decision(Step.CLOSED, "stale")),
        (OPEN, replace(GOOD, net=985, net_eur=985), Decision(Step.KEEP)),
        (OPEN, replace(GOOD, net=986, net_eur=986), Decision(Step.IMPROVED)),
        (OPEN, replace(GOOD, roi=2_303), Decision(Step.IMPROVED)),
        (OPEN, replace(GOOD, roi=2_302), Decision(Step.KEEP)),
        (OPEN, replace(GOOD, net=886, net_eur=886, roi=2_303), Decision(Step.WORSENED)),
        (OPEN, replace(GOOD, net=886, net_eur=886), Decision(Step.WORSENED)),
    ],
)
def test_a_flip_takes_the_step_of_the_contract(stored: Standing | None, flip: Figures, decision: Decision) -> None:
    assert decide(stored, flip, ASKED, NOW) == decision


@pytest.mark.parametrize(
    ("flip", "asked", "reason"),
    [
        (figures(200, buy_price=5_900, cost=4_980), ASKED, "source_rose"),
        (figures(200, sell_price=6_900), ASKED, "target_fell"),
        (figures(100, buy_price=5_100, sell_price=6_900), ASKED, "target_fell"),
        (GOOD, Thresholds(min_roi=3_000, min_profit=300), "profile"),
        (replace(GOOD, buy_price=5_001), Thresholds(min_roi=1_500, min_profit=2_000), "profile"),
        (figures(200), ASKED, "profile"),
        (figures(200, sell_price=7_990), ASKED, "profile"),
    ],
)
def test_it_closes_for_what_moved(flip: Figures, asked: Thresholds, reason: str) -> None:
    assert decide(OPEN, flip, asked, NOW) == Decision(Step.CLOSED, reason)


def test_it_closes_only_below_the_hysteresis() -> None:
    assert decide(standing(ROI_13), ROI_13, ASKED, NOW).step is Step.KEEP
    assert decide(standing(ROI_13), ROI_UNDER_13, ASKED, NOW).step is Step.CLOSED
    kept, lost = figures(250, cost=1_000), figures(249, cost=1_000)
    assert decide(standing(kept), kept, ASKED, NOW).step is Step.KEEP
    assert decide(standing(kept), lost, ASKED, NOW).step is Step.CLOSED


def test_the_ratio_is_compared_exactly_and_not_as_printed() -> None:
    printed_as_15 = Figures(buy_price=1, sell_price=1, cost=99_999, net=14_999, net_eur=14_999, roi=1_500)
    assert not qualifies(printed_as_15, ASKED)


def test_small_steps_add_up_to_an_event() -> None:
    stored = standing(figures(960), event_net_eur=936, event_roi=2_203)
    assert decide(stored, figures(986), ASKED, NOW).step is Step.IMPROVED


def test_an_estimate_that_becomes_certain_is_told_once_whatever_the_price_did() -> None:
    unsure, dearer = standing(is_estimate=True), figures(860)
    assert decide(unsure, GOOD, ASKED, NOW) == Decision(Step.IMPROVED, "confirmed")
    assert decide(unsure, dearer, ASKED, NOW) == Decision(Step.IMPROVED, "confirmed")
    assert decide(standing(dearer), dearer, ASKED, NOW) == Decision(Step.KEEP)


def test_what_stays_or_becomes_an_estimate_is_no_event() -> None:
    guess = replace(GOOD, is_estimate=True)
    assert decide(standing(is_estimate=True), guess, ASKED, NOW) == Decision(Step.KEEP)
    assert decide(OPEN, guess, ASKED, NOW) == Decision(Step.KEEP)


def test_an_estimate_that_becomes_certain_of_too_little_closes() -> None:
    assert decide(standing(is_estimate=True), figures(200), ASKED, NOW).step is Step.CLOSED
