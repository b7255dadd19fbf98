"""Columns of the reference price over the days before a minute, weighted by time in stock.

All arithmetic is on integers. A mean is rounded half up to the minor unit; a quantile is the smallest price whose
cumulative time in stock reaches the share, without interpolation. None means that there was no such time.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbitrage_site.clock import MINUTES_PER_DAY
from products.series.points import Series


class Windows(NamedTuple):
    """What `windows` finds. Prices in minor units, shares and the trend in permille.

    `trend_30` is the mean of the last 7 days over the mean of days 24 to 30. `delta_N` is the last price less the one
    in force N days earlier. The shares count from the first point where the series is younger than the window.
    `stock_days` are whole days in stock within 365; `change_points` the changes of value within 90, those to and from
    nothing on offer included.
    """

    average_30: int | None = None
    average_90: int | None = None
    median_90: int | None = None
    p25_30: int | None = None
    trend_30: int | None = None
    delta_1: int | None = None
    delta_7: int | None = None
    delta_30: int | None = None
    in_stock_30: int | None = None
    in_stock_90: int | None = None
    stock_days: int = 0
    change_points: int = 0


NOTHING = Windows()
_LAST_30, _LAST_90, _LAST_7, _DAYS_24_TO_30, _LAST_365 = range(5)
_FROM = np.array([30, 90, 7, 30, 365], dtype=np.int64)[:, None] * MINUTES_PER_DAY
_UNTIL = np.array([0, 0, 0, 23, 0], dtype=np.int64)[:, None] * MINUTES_PER_DAY
_DELTAS = np.array([1, 7, 30], dtype=np.int64) * MINUTES_PER_DAY


def windows(series: Series, end_minute: int, *, since: int = 0) -> Windows:
    """The windowed columns of a price series at `end_minute`; later points are left out.

    `since` is the minute of a break in what the values mean (NEW_LANDED_SINCE for the NEW series). Prices and deltas of
    a window that begins before it use only points from it on, and changes before it are not counted; time in stock is
    not touched, because being on offer means the same on both sides.
    """
    upto = int(np.searchsorted(series.minutes, end_minute, side="right"))
    if not upto:
        return NOTHING
    minutes = series.minutes[:upto].astype(np.int64)
    values = series.values[:upto].astype(np.int64)
    time = _time_in_stock(minutes, values, end_minute)
    stock = time.sum(axis=1).tolist()
    priced = _after(since, time, minutes, end_minute)
    weight = stock if priced is time else priced.sum(axis=1).tolist()
    sums = (priced @ np.maximum(values, 0)).tolist()
    ranks = np.argsort(values, kind="stable")
    delta_1, delta_7, delta_30 = _deltas(minutes, values, end_minute, since)
    age = end_minute - int(minutes[0])
    return Windows(
        _mean(sums[_LAST_30], weight[_LAST_30]),
        _mean(sums[_LAST_90], weight[_LAST_90]),
        _quantile(values[ranks], priced[_LAST_90, ranks], 1, 2),
        _quantile(values[ranks], priced[_LAST_30, ranks], 1, 4),
        _ratio(sums[_LAST_7] * weight[_DAYS_24_TO_30], weight[_LAST_7] * sums[_DAYS_24_TO_30]),
        delta_1,
        delta_7,
        delta_30,
        _ratio(stock[_LAST_30], min(30 * MINUTES_PER_DAY, age)),
        _ratio(stock[_LAST_90], min(90 * MINUTES_PER_DAY, age)),
        stock[_LAST_365] // MINUTES_PER_DAY,
        _changes(minutes, values, max(end_minute - 90 * MINUTES_PER_DAY, since)),
    )


def _time_in_stock(minutes: NDArray[np.int64], values: NDArray[np.int64], end: int) -> NDArray[np.int64]:
    """Minutes for which each point's price was in force, one row per window."""
    edges = np.append(minutes, end)
    within = np.clip(edges, end - _FROM, end - _UNTIL)
    time: NDArray[np.int64] = within[:, 1:] - within[:, :-1]
    time[:, values < 0] = 0
    return time


def _after(since: int, time: NDArray[np.int64], minutes: NDArray[np.int64], end: int) -> NDArray[np.int64]:
    """The time that counts for prices: in windows that straddle the break, that of points after it."""
    straddling = (end - _FROM < since) & (minutes < since)
    return np.where(straddling, 0, time) if straddling.any() else time


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _mean(total: int, time: int) -> int | None:
    return _half_up(total, time) if time else None


def _ratio(part: int, whole: int) -> int | None:
    """Permille, half up; on Python's integers, because the products of a trend pass 64 bits."""
    return _half_up(1000 * part, whole) if whole > 0 else None


def _quantile(values: NDArray[np.int64], time: NDArray[np.int64], share: int, of: int) -> int | None:
    cumulative = time.cumsum()
    total = int(cumulative[-1])
    if not total:
        return None
    return int(values[np.searchsorted(cumulative * of, total * share)])


def _deltas(minutes: NDArray[np.int64], values: NDArray[np.int64], end: int, since: int) -> list[int | None]:
    last = int(values[-1])
    if last < 0:
        return [None] * len(_DELTAS)
    at = np.searchsorted(minutes, end - _DELTAS, side="right") - 1
    then = np.where((at >= 0) & (end - _DELTAS >= since), values[at], -1).tolist()
    return [last - value if value >= 0 else None for value in then]


def _changes(minutes: NDArray[np.int64], values: NDArray[np.int64], start: int) -> int:
    return int(np.count_nonzero((values[1:] != values[:-1]) & (minutes[1:] > start)))
