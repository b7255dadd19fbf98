"""The windowed columns, checked minute by minute against a slow reading of their definitions."""

from fractions import Fraction
from itertools import pairwise
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from products.series import Series, Windows, series_of, windows
from tests.products.series.strategies import BEGIN, price_series

DAY = 1440


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


class Slow:
    """The definitions, read off one minute at a time; hours instead of minutes would not change them."""

    def __init__(self, series: Series, end: int, since: int) -> None:
        self.points = [(m, v) for m, v in zip(series.minutes.tolist(), series.values.tolist(), strict=True) if m <= end]
        self.end, self.since = end, since

    def stretches(self, first: int, last: int) -> list[tuple[int, int, int]]:
        """(minute of the point, value, time in force within the window)."""
        if not self.points:
            return []
        ends = [minute for minute, _ in self.points[1:]] + [self.end]
        return [
            (minute, value, max(0, min(until, last) - max(minute, first)))
            for (minute, value), until in zip(self.points, ends, strict=True)
        ]

    def prices(self, first: int, last: int) -> list[tuple[int, int]]:
        straddles = first < self.since
        return [
            (value, time)
            for minute, value, time in self.stretches(first, last)
            if value >= 0 and time and not (straddles and minute < self.since)
        ]

    def mean(self, days: int, until: int = 0) -> Fraction | None:
        prices = self.prices(self.end - days * DAY, self.end - until * DAY)
        time = sum(time for _, time in prices)
        return Fraction(sum(value * time for value, time in prices), time) if time else None

    def quantile(self, days: int, share: Fraction) -> int | None:
        prices = self.prices(self.end - days * DAY, self.end)
        total = sum(time for _, time in prices)
        fitting = [v for v, _ in prices if sum(t for w, t in prices if w <= v) >= share * total]
        return min(fitting, default=None)

    def trend(self) -> int | None:
        recent, before = self.mean(7), self.mean(30, 23)
        return half_up(1000 * recent / before) if recent is not None and before else None

    def at(self, minute: int) -> int:
        if minute < self.since and minute < self.end:
            return -1
        return next((value for at, value in reversed(self.points) if at <= minute), -1)

    def delta(self, days: int) -> int | None:
        now, then = self.at(self.end), self.at(self.end - days * DAY)
        return now - then if now >= 0 and then >= 0 else None

    def in_stock(self, days: int) -> int | None:
        known = min(days * DAY, self.end - self.points[0][0]) if self.points else 0
        return half_up(Fraction(1000 * self.stock(days), known)) if known else None

    def stock(self, days: int) -> int:
        return sum(time for _, value, time in self.stretches(self.end - days * DAY, self.end) if value >= 0)

    def changes(self) -> int:
        start = max(self.end - 90 * DAY, self.since)
        pairs = pairwise(self.points)
        return sum(before[1] != after[1] and after[0] > start for before, after in pairs)

    def windows(self) -> Windows:
        means = (self.mean(30), self.mean(90))
        values = [
            *(None if mean is None else half_up(mean) for mean in means),
            self.quantile(90, Fraction(1, 2)),
            self.quantile(30, Fraction(1, 4)),
            self.trend(),
            *(self.delta(days) for days in (1, 7, 30)),
            *(self.in_stock(days) for days in (30, 90)),
            self.stock(365) // DAY,
            self.changes(),
        ]
        return Windows._make(values)


@settings(max_examples=300, deadline=None)
@given(
    series=price_series(days=200),
    end=st.integers(BEGIN - 10, BEGIN + 210 * DAY),
    since=st.one_of(st.just(0), st.integers(BEGIN, BEGIN + 200 * DAY)),
)
def test_windows_agree_with_their_definitions(series: Series, end: int, since: int) -> None:
    assert windows(series, end, since=since) == Slow(series, end, since).windows()


def test_a_price_that_never_moved() -> None:
    found = windows(series_of([BEGIN], [1295]), BEGIN + 40 * DAY)
    assert found == Windows(1295, 1295, 1295, 1295, 1000, 0, 0, 0, 1000, 1000, 40, 0)


def test_nothing_known_and_nothing_on_offer_are_told_apart() -> None:
    assert windows(series_of([], []), BEGIN) == Windows()
    assert windows(series_of([BEGIN], [-1]), BEGIN + DAY) == Windows(in_stock_30=0, in_stock_90=0)


def test_means_and_quantiles_weigh_only_time_in_stock() -> None:
    series = series_of([BEGIN, BEGIN + 10 * DAY, BEGIN + 20 * DAY], [100, -1, 201])
    found = windows(series, BEGIN + 30 * DAY)
    assert (found.average_30, found.median_90, found.in_stock_30) == (151, 100, 667)


def test_the_largest_prices_do_not_overflow() -> None:
    found = windows(series_of([BEGIN, BEGIN + 60 * DAY], [2**31 - 1, 2**31 - 2]), BEGIN + 90 * DAY)
    assert (found.average_90, found.trend_30) == (2**31 - 1, 1000)


@pytest.mark.parametrize(("age", "average"), [(20, 200), (100, 200)])
def test_a_window_across_the_break_uses_only_points_after_it(age: int, average: int) -> None:
    broken = BEGIN + 50 * DAY
    series = series_of([BEGIN, broken + DAY], [900, 200])
    assert windows(series, broken + age * DAY, since=broken).average_90 == average


def test_a_price_from_before_the_break_counts_again_once_the_window_has_left_it() -> None:
    found = windows(series_of([BEGIN], [900]), BEGIN + 60 * DAY, since=BEGIN + 20 * DAY)
    assert (found.average_30, found.average_90, found.in_stock_90) == (900, None, 1000)
