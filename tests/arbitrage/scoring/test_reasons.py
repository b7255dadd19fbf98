"""Every reason code: when it holds, what it says, what it does to the score, and that it is silent otherwise."""

from dataclasses import replace
from datetime import date

import pytest

from arbitrage.risk.replay import Replay
from arbitrage.risk.velocity import velocity
from arbitrage.scoring.reasons import Reason
from arbitrage.scoring.score import RULES, score
from arbitrage.scoring.score_input import ScoreInput
from tests.arbitrage.scoring.examples import (
    GOOD,
    TARGET,
    flip,
    with_goods,
    with_risk,
    with_source,
    with_target,
)

DEAD = velocity(0, 3, amazon_has_box=False, lag=14)
SLOW = velocity(150, 3, amazon_has_box=False, lag=14)


def replayed(chance: int | None = 1_000, amazon_share: int | None = 0) -> ScoreInput:
    return with_risk(replay=Replay(chance, chance, 90, amazon_share))


AGAINST = [
    ("blocked_brand", flip(blocked="gated"), "on your block-list: gated", 0),
    ("loss", flip(net_eur=0), "earns nothing", 0),
    ("returns_eat_it", with_risk(expected_eur=-5), "EUR -0.05", 39),
    ("profit_unlikely", replayed(499), "only 49.9 %", 39),
    ("not_replayed", replayed(None), "too short to see", 39),
    ("minimum_price", with_source(is_map=True), "minimum-price rule", 39),
    ("offer_limited", with_source(box_limit="backorder"), "on back order", 39),
    ("offer_limited", with_source(box_limit="prime"), "for Prime members alone", 39),
    ("wrong_season", with_risk(season=499), "last year only 49.9 %", 69),
    ("price_spike", with_target(price=9_200), "15.0 % above", None),
    ("price_falling", with_target(trend_30=949), "fell by 5.1 %", None),
    ("price_unsteady", with_risk(spread=100), "10.0 % away", None),
    ("pack_mismatch", with_goods({"pack": 2}, {}), "2 bought, 1 sold", 39),
    ("code_mismatch", with_goods({"eans": {"1"}}, {}), "share no EAN", 39),
    ("hazmat", with_target(is_hazmat=True), "dangerous goods", 39),
    ("hazmat", with_source(is_hazmat=True), "dangerous goods", 39),
    ("meltable", with_target(is_heat_sensitive=True), "melts", None),
    (
        "meltable_season",
        flip(target=replace(TARGET, is_heat_sensitive=True), today=date(2026, 7, 1)),
        "warm months",
        39,
    ),
    (
        "language",
        with_goods({"category": "Libri"}, {"category": "Bücher"}),
        "in Italian, sold to buyers who read German",
        39,
    ),
    ("plug", with_goods({"marketplace": "UK", "category": "Home & Kitchen"}, {}), "plug", 69),
    ("uk_trade_mark", with_goods({"marketplace": "UK"}, {}), "trade mark", 69),
    ("oversize", with_goods({}, {"sides": (900, 300, 200)}), "oversize", None),
    ("size_unknown", with_goods({}, {"weight": None}), "unknown on the target", None),
    ("high_returns", with_target(return_rate=2), "more often", None),
    ("thin_history", with_target(stock_days=29), "under 30 days", 39),
    ("thin_history", with_source(change_points=4), "under 5 times", 39),
    ("stale_leg", with_source(age_minutes=1_441), "24 hours ago", 39),
    ("buy_box_suppressed", with_target(is_unqualified=True), "nobody the buy box", 39),
    ("estimate", flip(estimates=("the duty is assumed",)), "the duty is assumed", 69),
    ("amazon_in_buy_box", with_target(amazon_in_buy_box=True), "holds the buy box", 69),
    ("amazon_on_listing", replayed(amazon_share=501), "50.1 % of the last 90 days", None),
    ("many_offers", with_target(offers=12), "12 new offers", None),
    ("offers_rising", with_target(offers=5), "from 2 to 5", None),
    ("rank_unknown", with_target(rank=None), "no sales rank", None),
    ("sells_slowly", with_risk(velocity=SLOW), "about 80 days", None),
    ("sells_slowly", with_risk(velocity=DEAD), "No sale", None),
    ("often_out_of_stock", with_target(in_stock_90=699), "only 69.9 %", None),
    ("old_source", with_source(age_minutes=361), "6 hours old", None),
    ("old_target", with_target(age_minutes=721), "12 hours old", None),
    ("old_buy_box", with_target(buy_box_age_minutes=1_441), "24 hours ago", None),
]
FOR = [
    ("low_returns", with_target(return_rate=1), "less often"),
    ("strong_roi", GOOD, "45.0 %"),
    ("strong_profit", GOOD, "EUR 10.00"),
    ("profit_likely", GOOD, "100.0 % of sales"),
    ("source_discount", GOOD, "14.3 % below"),
    ("usual_price", GOOD, "not above"),
    ("right_season", GOOD, "last year 100.0 %"),
    ("sells_well", GOOD, "rank is 900"),
    ("sells_fast", GOOD, "in about 1 day."),
    ("few_offers", GOOD, "2 new offers"),
]


def found(code: str, judged: ScoreInput) -> Reason | None:
    return next((reason for reason in score(judged).reasons if reason.code == code), None)


@pytest.mark.parametrize(("code", "judged", "words", "gate"), AGAINST)
def test_what_speaks_against_says_so_and_limits_the_score(
    code: str, judged: ScoreInput, words: str, gate: int | None
) -> None:
    reason = found(code, judged)
    assert reason is not None
    assert (reason.favourable, reason.gate) == (False, gate)
    assert words in reason.text
    assert score(judged).total <= (100 if gate is None else gate)
    assert found(code, GOOD) is None


@pytest.mark.parametrize(("code", "judged", "words"), FOR)
def test_what_speaks_for_it_says_so_and_limits_nothing(code: str, judged: ScoreInput, words: str) -> None:
    reason = found(code, judged)
    assert reason is not None
    assert (reason.favourable, reason.gate) == (True, None)
    assert words in reason.text


def test_every_code_is_in_the_tables_above_and_none_is_used_twice() -> None:
    codes = [rule.code for rule in RULES]
    assert set(codes) == {row[0] for row in AGAINST} | {row[0] for row in FOR}
    assert len(codes) == len(set(codes))


def test_the_hardest_gate_comes_first_and_what_is_good_last() -> None:
    judged = flip(blocked="", target=replace(TARGET, is_hazmat=True, offers=12))
    reasons = score(judged).reasons
    assert [reason.code for reason in reasons][:2] == ["blocked_brand", "hazmat"]
    assert [reason.favourable for reason in reasons] == sorted(reason.favourable for reason in reasons)


@pytest.mark.parametrize(
    "judged",
    [
        with_target(stock_days=30, change_points=5),
        with_goods({"pack": None}, {}),
        with_goods({"eans": ()}, {}),
        with_target(is_heat_sensitive=False, is_hazmat=False, is_unqualified=False),
        with_goods({"category": "Toys & Games", "marketplace": "FR"}, {}),
        replayed(500),
    ],
)
def test_what_is_unknown_or_just_enough_closes_no_gate(judged: ScoreInput) -> None:
    assert all(reason.gate is None for reason in score(judged).reasons)
