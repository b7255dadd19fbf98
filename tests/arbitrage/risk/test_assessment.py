"""All figures of one flip together: example 1A of economics.md 1.8 with a history."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from arbitrage.economics.profiles import Returns
from arbitrage.risk.assessment import Risk, Subject, assess, figures_of, net_at
from arbitrage.risk.returned import ELECTRONICS_RATE, OTHER_RATE
from products.series import BUY_BOX, COUNT_NEW, COUNT_NEW_FBA, NEW, NEW_LANDED_SINCE, SALES, History, series_of
from tests.arbitrage.economics.examples import E1A, with_returns

DAY = 1440
END = 8_355_000
YEAR: History = {
    BUY_BOX: series_of([END - day * DAY for day in range(400, 0, -5)], [7_999 + 10 * (day % 3) for day in range(80)]),
    SALES: series_of([END - day * DAY for day in range(90, 0, -2)], [900 - 40 * (day % 5) for day in range(45)]),
    COUNT_NEW: series_of([END - 60 * DAY, END - 10 * DAY], [4, 9]),
    COUNT_NEW_FBA: series_of([END - 60 * DAY], [3]),
}
TOY = Subject(
    inputs=E1A,
    net=936,
    history=YEAR,
    end=END,
    reference=BUY_BOX,
    source_age=10,
    target_age=10,
    stock_days=360,
    changes=60,
    today=date(2026, 9, 15),
    in_stock=1_000,
)


def risk(**changes: Any) -> Risk:
    return assess(replace(TOY, **changes))


def test_the_example_after_returns_is_that_of_the_specification() -> None:
    inputs = with_returns(E1A, Returns(60_000, 500_000))
    result = risk(inputs=inputs).returns
    assert (result.expected.loss, result.expected.net, result.expected.roi) == (2_684, 719, 1_693)
    assert (result.rate, result.is_assumed) == (60_000, False)


@pytest.mark.parametrize(
    ("category", "word", "rate"),
    [
        ("Elektronik & Foto", None, ELECTRONICS_RATE),
        ("Garten", None, OTHER_RATE),
        ("Garten", 1, OTHER_RATE * 6 // 10),
        ("Garten", 2, OTHER_RATE * 16 // 10),
    ],
)
def test_without_a_rate_of_the_sellers_own_a_prior_stands_in(category: str, word: int | None, rate: int) -> None:
    result = risk(category=category, return_rate=word).returns
    assert (result.rate, result.is_assumed) == (rate, True)
    assert result.expected.net < 936


def test_a_steady_price_above_the_break_even_earns_for_certain() -> None:
    result = risk()
    assert (result.chance, result.season, result.replay.days) == (1_000, 1_000, 90)
    assert result.confidence.level == "high"


def test_the_chance_knows_the_margin() -> None:
    """At a cost that leaves nothing at 79.99 the same history is worth nothing."""
    assert risk(inputs=replace(E1A, buy=6_400)).chance == 0


def test_the_lag_holds_the_time_to_sell() -> None:
    result = risk()
    assert result.velocity.lag_days == 14
    assert result.velocity.competitors == 3
    assert result.velocity.capital_days is not None
    assert result.profit_per_day is not None
    assert result.profit_per_day > 0


def test_offers_are_compared_with_those_of_a_month_ago() -> None:
    assert risk().offers_before == 4
    assert risk(history={}).offers_before is None


def test_prices_without_shipping_do_not_enter_the_replay() -> None:
    before = {NEW: series_of([NEW_LANDED_SINCE - 90 * DAY], [7_999])}
    result = risk(history=before, reference=NEW, end=NEW_LANDED_SINCE + 10 * DAY)
    assert (result.chance, result.replay.days) == (None, 0)


def test_no_history_gives_no_chance_and_low_confidence() -> None:
    result = risk(history={}, stock_days=0, changes=0)
    assert (result.chance, result.season, result.profit_per_day) == (None, None, None)
    assert (result.confidence.level, result.velocity.units) == ("low", 0)


def test_one_data_point_is_never_high() -> None:
    result = risk(history={BUY_BOX: series_of([END - 300 * DAY], [7_999])}, changes=0)
    assert result.chance == 1_000
    assert result.confidence.level == "low"


def test_net_at_the_price_of_the_flip_is_its_net() -> None:
    assert net_at(E1A)(7_999) == 936
    assert net_at(E1A)(6_641) < 0 <= net_at(E1A)(6_642)


def test_the_same_subject_gives_the_same_figures() -> None:
    assert figures_of(risk()) == figures_of(risk())
