"""A series per UTC day: what lists, charts and roll-ups show. Computed when asked for, never kept in a table."""

from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbitrage_site.clock import MINUTES_PER_DAY
from products.series.points import Series, first_minute_of

NOTHING = -1
"""Nothing on offer (or no rank) at any time of the day; for `close`, at its end."""
UNKNOWN = -2
"""The series had not begun, or the day lies after what is known."""


class Daily(NamedTuple):
    """One entry per day, int64: low, high, mean and close in the series' unit, NOTHING or UNKNOWN.

    Low, high and mean (weighted by time, rounded half up) regard the values in force while there was an offer; `close`
    is the value in force at the end of the day, or at the last known minute. `in_stock` is the permille of the day's
    known time with an offer, UNKNOWN on a day without known time.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    mean: NDArray[np.int64]
    close: NDArray[np.int64]
    in_stock: NDArray[np.int64]


def daily(series: Series, first_day: date, days: int, *, until: int | None = None) -> Daily:
    """The `days` UTC days from `first_day` on. `until` is the minute up to which the series is known.

    Without it the last value is taken to hold to the end of the last day.
    """
    start = first_minute_of(first_day)
    midnights = start + MINUTES_PER_DAY * np.arange(days + 1, dtype=np.int64)
    end = int(midnights[-1]) if until is None else min(int(midnights[-1]), until)
    begins, values = _stretches(series, midnights, end)
    time = np.diff(begins, append=max(end, int(begins[-1])))
    firsts = np.searchsorted(begins, midnights[:-1])
    return _by_day(values, time, firsts)


def closes(series: Series, first_day: date, days: int, *, until: int) -> NDArray[np.int64]:
    """The `close` of `daily` alone, which is far less work."""
    start = first_minute_of(first_day)
    midnights = start + MINUTES_PER_DAY * np.arange(1, days + 1, dtype=np.int64)
    at = np.searchsorted(series.minutes, np.minimum(midnights, until)) - 1
    known = (at >= 0) & (midnights - MINUTES_PER_DAY < until)
    return np.where(known, series.values[at], UNKNOWN) if len(series.minutes) else np.full(days, UNKNOWN)


def _stretches(series: Series, midnights: NDArray[np.int64], end: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the value in force may change (midnights, points, the end of what is known), and the value from there."""
    first, last = np.searchsorted(series.minutes, (midnights[0], end))
    begins = np.unique(np.concatenate((midnights[:-1], series.minutes[first:last].astype(np.int64), [end])))
    at = np.searchsorted(series.minutes, begins, side="right") - 1
    if not len(series.minutes):
        return begins, np.full(len(begins), UNKNOWN, dtype=np.int64)
    values = np.where(at >= 0, series.values[at].astype(np.int64), UNKNOWN)
    return begins, np.where(begins < end, values, UNKNOWN)


def _by_day(values: NDArray[np.int64], time: NDArray[np.int64], firsts: NDArray[np.int64]) -> Daily:
    offered = values >= 0
    stock = np.add.reduceat(np.where(offered, time, 0), firsts)
    known = np.add.reduceat(np.where(values > UNKNOWN, time, 0), firsts)
    total = np.add.reduceat(np.where(offered, values * time, 0), firsts)
    low = np.minimum.reduceat(np.where(offered, values, np.iinfo(np.int64).max), firsts)
    high = np.maximum.reduceat(np.where(offered, values, NOTHING), firsts)
    nothing = np.where(known > 0, NOTHING, UNKNOWN)
    return Daily(
        low=np.where(stock > 0, low, nothing),
        high=np.where(stock > 0, high, nothing),
        mean=np.where(stock > 0, _half_up(total, stock), nothing),
        close=_closes(values, firsts),
        in_stock=np.where(known > 0, _half_up(1000 * stock, known), UNKNOWN),
    )


def _closes(values: NDArray[np.int64], firsts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The last known value of each day; a day's stretches after the known time are UNKNOWN and come last."""
    known = np.where(values > UNKNOWN, np.arange(len(values)), -1)
    last = np.maximum.reduceat(known, firsts)
    return np.where(last >= 0, values[last], UNKNOWN)


def _half_up(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.int64]:
    divisor = np.maximum(whole, 1)
    rounded: NDArray[np.int64] = (2 * part + divisor) // (2 * divisor)
    return rounded
