"""Change points read as what they are: values that hold until the next one. Pure arrays."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from arbitrage_site.clock import MINUTES_PER_DAY
from products.series import Series

Int64 = NDArray[np.int64]
NOTHING = -1
_CELLS = 32_768
"""Windows times points that are worked on at once; what fits the cache."""

Share = tuple[int, int]
MEDIAN: Share = (1, 2)
LOWER_QUARTILE: Share = (1, 4)


def at(series: Series, minutes: Int64) -> Int64:
    """The values in force at some minutes; -1 before the first point."""
    if not len(series.minutes):
        return np.full(len(minutes), NOTHING, np.int64)
    place = np.searchsorted(series.minutes, minutes, side="right") - 1
    return np.where(place >= 0, series.values[place].astype(np.int64), NOTHING)


def least(*offers: Int64) -> Int64:
    """The lowest of some prices where at least one is on offer, else -1."""
    far = np.iinfo(np.int64).max
    lowest = np.minimum.reduce([np.where(offer > 0, offer, far) for offer in offers])
    return np.where(lowest == far, NOTHING, lowest)


def merged(several: Sequence[Series], first: int, last: int) -> Int64:
    """The minutes in [first, last] at which any of the series has a point, ascending."""
    points = [series.minutes for series in several]
    every = np.unique(np.concatenate(points)) if points else np.zeros(0, np.int32)
    return every[np.searchsorted(every, first) : np.searchsorted(every, last, side="right")].astype(np.int64)


def rolling_quantiles(
    series: Series, ends: Int64, asked: Sequence[tuple[int, Share]], *, since: int = 0
) -> list[Int64]:
    """For each (days, share) the smallest price whose time in stock within the days before each end reaches the share.

    `ends` ascend. -1 without time in stock. As `products.series.windows`, at many ends at once; `since` means the same
    as there.
    """
    found = [np.full(len(ends), NOTHING, np.int64) for _ in asked]
    if not len(series.minutes):
        return found
    longest = max(days for days, _ in asked) * MINUTES_PER_DAY
    first = 0
    while first < len(ends):
        last = _block(series, ends, first, longest)
        block = ends[first:last]
        low = max(int(np.searchsorted(series.minutes, block[0] - longest, side="right")) - 1, 0)
        high = int(np.searchsorted(series.minutes, block[-1], side="right"))
        if high > low:
            values = series.values[low:high].astype(np.int64)
            begins = series.minutes[low:high].astype(np.int64)
            order = np.argsort(values, kind="stable")
            for (days, share), result in zip(asked, found, strict=True):
                time = _time(begins, values, block, days * MINUTES_PER_DAY, since)
                result[first:last] = _quantile(values[order], time[:, order], share)
        first = last
    return found


def _block(series: Series, ends: Int64, first: int, longest: int) -> int:
    """Up to where ends are worked on together: few enough for the points of all their windows."""
    points = np.searchsorted(series.minutes, (ends[first] - longest, ends[first]))
    size = max(_CELLS // (2 * int(points[1] - points[0]) + 8), 8)
    return min(first + size, len(ends))


def _time(begins: Int64, values: Int64, ends: Int64, window: int, since: int) -> Int64:
    """Minutes in stock of each point (columns) within the window before each end (rows)."""
    edges = np.append(begins, np.iinfo(np.int32).max)
    within = np.clip(edges[None, :], (ends - window)[:, None], ends[:, None])
    time: Int64 = within[:, 1:] - within[:, :-1]
    time[:, values < 0] = 0
    if since:
        time[np.ix_(ends - window < since, begins < since)] = 0
    return time


def _quantile(values: Int64, time: Int64, share: Share) -> Int64:
    part, whole = share
    cumulative = time.cumsum(axis=1)
    total = cumulative[:, -1]
    place = np.count_nonzero(cumulative * whole < (total * part)[:, None], axis=1)
    return np.where(total > 0, values[np.minimum(place, len(values) - 1)], NOTHING)
