"""How fast it sells, for whom, and what that means for units and capital."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrage.risk.velocity import MOST_UNITS, lag_days, monthly_sales, own_share, rank_drops, velocity
from products.series import Series, series_of

DAY = 1440
END = 8_000_000


def ranks(*values: int) -> Series:
    return series_of([END - (len(values) - place) * DAY for place in range(len(values))], values)


@pytest.mark.parametrize(
    ("values", "drops"),
    [
        ((900, 800, 850, 700), 2),
        ((900, 900, 900), 0),
        ((900, -1, 700), 0),
        ((100_000, 96_000, 91_000), 1),
        ((100_000, 99_000), 0),
        ((500,), 0),
    ],
)
def test_falls_of_the_rank_are_sales_and_beyond_ten_thousand_only_large_ones(
    values: tuple[int, ...], drops: int
) -> None:
    assert rank_drops(ranks(*values), END) == drops


def test_only_the_window_counts() -> None:
    old = series_of([END - 100 * DAY, END - 91 * DAY, END - 2 * DAY, END + 5], [900, 800, 700, 600])
    assert rank_drops(old, END) == 1
    assert rank_drops(None, END) == 0


@pytest.mark.parametrize(
    ("drops", "badge", "age", "sales"),
    [
        (30, None, None, 1_000),
        (30, 50, DAY, 5_000),
        (30, 50, 15 * DAY, 1_000),
        (0, None, None, 0),
        (300, 50, 0, 10_000),
    ],
)
def test_the_larger_lower_bound_counts_and_a_badge_only_while_fresh(
    drops: int, badge: int | None, age: int | None, sales: int
) -> None:
    assert monthly_sales(drops, badge, age) == sales


def test_a_seller_gets_one_share_of_many_and_half_of_it_beside_amazon() -> None:
    assert [own_share(n, amazon_has_box=False) for n in (0, 1, 3, 9, None)] == [500, 500, 250, 100, 200]
    assert own_share(3, amazon_has_box=True) == 125


def test_goods_take_twice_as_long_before_christmas_and_less_from_the_own_shelf() -> None:
    assert [lag_days(date(2026, month, 3)) for month in (10, 11, 12, 1)] == [14, 28, 28, 14]
    assert lag_days(date(2026, 11, 3), fulfilment="FBM") == 6


def test_the_time_to_sell_follows_the_formula() -> None:
    """T = lag + 30 * Q / (sales * share): 12 a month, a quarter of them, three units take thirty days."""
    result = velocity(1_200, 3, amazon_has_box=False, lag=14)
    assert (result.sell_days, result.units, result.capital_days) == (10, 3, 44)


def test_what_never_sells_is_not_worth_a_unit() -> None:
    dead = velocity(0, 3, amazon_has_box=False, lag=14)
    slow = velocity(100, 3, amazon_has_box=False, lag=14)
    assert (dead.units, dead.sell_days, dead.capital_days) == (0, None, None)
    assert (slow.units, slow.sell_days) == (0, 120)


@given(st.integers(0, 10**6), st.one_of(st.none(), st.integers(0, 500)), st.booleans(), st.integers(6, 28))
def test_figures_stay_within_bounds(sales: int, rivals: int | None, amazon: bool, lag: int) -> None:
    result = velocity(sales, rivals, amazon_has_box=amazon, lag=lag)
    assert 0 <= result.own_share <= 500
    assert 0 <= result.units <= MOST_UNITS
    assert result.capital_days is None or result.capital_days > lag
    assert velocity(sales + 100, rivals, amazon_has_box=amazon, lag=lag).units >= result.units


@given(st.integers(1, 10**5), st.integers(0, 50))
def test_more_rivals_never_make_it_sell_faster(sales: int, rivals: int) -> None:
    fewer = velocity(sales, rivals, amazon_has_box=False, lag=14).sell_days
    more = velocity(sales, rivals + 1, amazon_has_box=False, lag=14).sell_days
    assert fewer is None or more is None or fewer <= more
