"""Daily figures, checked against a slow reading minute by minute."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from math import floor

from hypothesis import given, settings
from hypothesis import strategies as st

from products.series import Series, closes, daily, first_minute_of, series_of
from products.series.daily import NOTHING, UNKNOWN
from tests.products.series.strategies import BEGIN, price_series

DAY = 1440
FIRST = date(2011, 1, 1) + timedelta(days=BEGIN // DAY)
Figures = tuple[int, int, int, int, int]


def slow(series: Series, minute: int, until: int) -> Figures:
    """Low, high, mean, close and share of the day that begins at `minute`, by walking through its minutes."""
    points = list(zip(series.minutes.tolist(), series.values.tolist(), strict=True))
    begins = [minute, *(at for at, _ in points if minute < at < min(minute + DAY, until)), min(minute + DAY, until)]
    weighted = [
        (next((value for at, value in reversed(points) if at <= first), UNKNOWN), last - first)
        for first, last in pairwise(begins)
        if last > first
    ]
    known = [(value, time) for value, time in weighted if value != UNKNOWN]
    if not known:
        return UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN
    offered = [(value, time) for value, time in known if value >= 0]
    stock = sum(time for _, time in offered)
    share = floor(Fraction(1000 * stock, sum(time for _, time in known)) + Fraction(1, 2))
    if not offered:
        return NOTHING, NOTHING, NOTHING, known[-1][0], share
    mean = floor(Fraction(sum(value * time for value, time in offered), stock) + Fraction(1, 2))
    values = [value for value, _ in offered]
    return min(values), max(values), mean, known[-1][0], share


@settings(max_examples=200, deadline=None)
@given(
    series=price_series(days=6, most=15),
    offset=st.integers(-2, 6),
    days=st.integers(1, 6),
    known=st.one_of(st.none(), st.integers(BEGIN - 2 * DAY, BEGIN + 10 * DAY)),
)
def test_days_agree_with_a_walk_through_their_minutes(
    series: Series, offset: int, days: int, known: int | None
) -> None:
    first_day = FIRST + timedelta(days=offset)
    found = daily(series, first_day, days, until=known)
    start = first_minute_of(first_day)
    until = start + days * DAY if known is None else known
    assert closes(series, first_day, days, until=until).tolist() == found.close.tolist()
    expected = [slow(series, start + DAY * number, until) for number in range(days)]
    assert [tuple(int(array[number]) for array in found) for number in range(days)] == expected


def test_a_day_out_of_stock_differs_from_a_day_before_the_series() -> None:
    start = first_minute_of(FIRST)
    found = daily(series_of([start + DAY, start + 2 * DAY], [-1, 500]), FIRST, 3)
    assert found.low.tolist() == [UNKNOWN, NOTHING, 500]
    assert found.in_stock.tolist() == [UNKNOWN, 0, 1000]


def test_low_high_mean_and_close_of_a_day_with_a_change() -> None:
    start = first_minute_of(FIRST)
    found = daily(series_of([start - 5, start + 360], [400, 800]), FIRST, 1)
    assert [int(array[0]) for array in found] == [400, 800, 700, 800, 1000]
