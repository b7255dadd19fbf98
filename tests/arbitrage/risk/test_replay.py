"""The chance of a profit by replay, against hand-made histories and a slow replay minute by minute."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrage.risk.replay import replay, season
from arbitrage.risk.stretches import Net
from products.series import Series, series_of
from tests.products.series.strategies import BEGIN, price_series

DAY = 1440
END = BEGIN + 120 * DAY


def above(limit: int) -> Net:
    return lambda price: price - limit


def days(*points: tuple[int, int]) -> Series:
    """Points given as (days before END, value)."""
    return series_of([END - day * DAY for day, _ in points], [value for _, value in points])


def test_a_price_that_always_earned_is_certain() -> None:
    result = replay(days((200, 500)), None, end=END, lag_days=14, net=above(300))
    assert (result.chance, result.days, result.amazon_share) == (1_000, 90, None)


def test_the_chance_is_the_share_of_time_and_not_of_changes() -> None:
    nervous = days((200, 500), (9, 100), (8, 101), (7, 100), (6, 101), (5, 100))
    assert replay(nervous, None, end=END, lag_days=14, net=above(300)).chance == 900


def test_time_without_an_offer_is_neither_good_nor_bad() -> None:
    result = replay(days((200, 500), (45, -1), (15, 500)), None, end=END, lag_days=0, net=above(300))
    assert (result.chance, result.days) == (1_000, 60)


def test_only_sales_of_goods_bought_while_the_history_was_known_count() -> None:
    assert replay(days((20, 500)), None, end=END, lag_days=14, net=above(300)).days == 6
    assert replay(days((10, 500)), None, end=END, lag_days=14, net=above(300)).chance is None


def test_nothing_after_the_end_is_looked_at() -> None:
    later = series_of([END - 200 * DAY, END + 1], [500, 1])
    assert replay(later, None, end=END, lag_days=14, net=above(300)).chance == 1_000


def test_amazon_away_lowers_the_chance_by_how_often_it_was_there_and_what_happened_then() -> None:
    price = days((200, 500), (60, 100), (30, 500))
    amazon = days((200, -1), (60, 100), (30, -1))
    result = replay(price, amazon, end=END, lag_days=0, net=above(300))
    assert (result.unadjusted, result.amazon_share) == (667, 333)
    assert result.chance == 667 * (1_000_000 - 333 * 1_000) // 1_000_000


def test_amazon_there_already_changes_nothing() -> None:
    price = days((200, 500), (60, 100), (30, 500))
    result = replay(price, days((200, 480)), end=END, lag_days=0, net=above(300))
    assert (result.chance, result.amazon_share) == (667, 1_000)


def test_the_same_weeks_of_last_year_are_looked_at() -> None:
    christmas = days((400, 500), (330, 100), (10, 500))
    assert season(christmas, end=END, lag_days=14, net=above(300)) == 976
    assert season(christmas, end=END, lag_days=40, net=above(300)) == 357


@pytest.mark.parametrize("points", [((300, 500),), ((400, -1), (20, 500))])
def test_without_those_weeks_nothing_is_said(points: tuple[tuple[int, int], ...]) -> None:
    assert season(days(*points), end=END, lag_days=14, net=above(300)) is None


def slow(reference: Series, lag: int, limit: int, step: int) -> tuple[int, int]:
    """(sales that earn, sales) every `step` minutes of the 90 days, one by one."""
    earning = sales = 0
    points = list(zip(reference.minutes.tolist(), reference.values.tolist(), strict=True))
    for minute in range(END - 90 * DAY, END, step):
        sold = [value for at, value in points if at <= minute]
        bought = [value for at, value in points if at <= minute - lag * DAY]
        if sold and bought and sold[-1] >= 0 and bought[-1] >= 0:
            sales += 1
            earning += sold[-1] > limit
    return earning, sales


@settings(max_examples=60, deadline=None)
@given(price_series(most=8), st.integers(0, 40), st.integers(0, 400))
def test_the_replay_agrees_with_one_by_one(series: Series, lag: int, limit: int) -> None:
    whole = Series((BEGIN + (series.minutes - BEGIN) // 60 * 60).astype(np.int32), series.values)
    minutes = np.unique(whole.minutes)
    hourly = Series(minutes, whole.values[np.searchsorted(whole.minutes, minutes, side="right") - 1])
    earning, sales = slow(hourly, lag, limit, 60)
    result = replay(hourly, None, end=END, lag_days=lag, net=above(limit))
    assert result.days == sales // 24
    assert result.chance == ((2_000 * earning + sales) // (2 * sales) if sales else None)


@settings(max_examples=60, deadline=None)
@given(price_series(), st.integers(0, 400), st.integers(0, 100))
def test_a_higher_cost_never_raises_the_chance(series: Series, limit: int, more: int) -> None:
    cheap, dear = (replay(series, None, end=END, lag_days=14, net=above(cost)).chance for cost in (limit, limit + more))
    assert (cheap is None and dear is None) or (cheap is not None and dear is not None and dear <= cheap)


@settings(max_examples=60, deadline=None)
@given(price_series(), price_series(), st.integers(0, 400))
def test_amazon_never_raises_the_chance(series: Series, amazon: Series, limit: int) -> None:
    result = replay(series, amazon, end=END, lag_days=14, net=above(limit))
    assert result.chance is None or (result.unadjusted is not None and 0 <= result.chance <= result.unadjusted <= 1_000)
