"""How sure the figures are."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrage.risk.confidence import Confidence, confidence
from arbitrage.risk.stretches import median, spread, stretches
from products.series import Series, series_of
from tests.products.series.strategies import BEGIN, price_series

GOOD: dict[str, Any] = {
    "stock_days": 300,
    "changes": 30,
    "source_age": 10,
    "target_age": 10,
    "in_stock": 990,
    "spread": 30,
    "season": None,
}
END = BEGIN + 120 * 1440


def of(**changes: Any) -> Confidence:
    return confidence(**GOOD | changes)


def test_good_data_is_high() -> None:
    assert (of().level, of().weakest) == ("high", "season")


@pytest.mark.parametrize(
    ("changes", "weakest", "level"),
    [
        ({"stock_days": 20}, "sample", "low"),
        ({"changes": 1}, "sample", "low"),
        ({"source_age": 360}, "freshness", "low"),
        ({"target_age": 1_440}, "freshness", "low"),
        ({"source_age": 180}, "freshness", "medium"),
        ({"in_stock": 500}, "stock", "medium"),
        ({"in_stock": None}, "stock", "low"),
        ({"spread": 250}, "steadiness", "low"),
        ({"spread": None}, "steadiness", "low"),
        ({"season": 200}, "season", "low"),
    ],
)
def test_the_weakest_part_decides(changes: dict[str, Any], weakest: str, level: str) -> None:
    assert (of(**changes).weakest, of(**changes).level) == (weakest, level)


@given(
    st.integers(0, 365),
    st.integers(0, 10**5),
    st.integers(0, 1_000),
    st.integers(0, 1_000),
    st.one_of(st.none(), st.integers(0, 1_000)),
)
def test_a_product_with_one_data_point_is_never_high(
    days: int, age: int, stock: int, spread: int, season: int | None
) -> None:
    for changes in (0, 1):
        result = of(stock_days=days, changes=changes, source_age=age, in_stock=stock, spread=spread, season=season)
        assert (result.level, result.sample) == ("low", 0)


def test_a_freak_price_does_not_move_the_spread() -> None:
    steady = series_of([BEGIN, BEGIN + 1440, BEGIN + 2880], [100, 9_900, 102])
    assert spread(stretches(steady, BEGIN, END)) == 0


@settings(max_examples=80, deadline=None)
@given(price_series())
def test_the_median_is_a_price_that_stood_and_splits_the_time(series: Series) -> None:
    stood = stretches(series, BEGIN, END).in_stock
    middle = median(stood)
    assert (middle is None) == (stood.total == 0)
    if middle is not None:
        assert 2 * int(stood.minutes[stood.values <= middle].sum()) >= stood.total
        assert 2 * int(stood.minutes[stood.values < middle].sum()) < stood.total


@settings(max_examples=80, deadline=None)
@given(price_series(), st.integers(0, 120), st.integers(0, 120))
def test_stretches_cover_what_is_known_and_no_more(series: Series, first: int, last: int) -> None:
    start, end = BEGIN + first * 1440, BEGIN + last * 1440
    begun = [minute for minute in series.minutes.tolist() if minute < end]
    known = max(end - max(start, begun[0]), 0) if begun and end > start else 0
    assert stretches(series, start, end).total == known
