"""Change points read as what they are: values that hold until the next one. Pure arrays."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbitrage_site.clock import MINUTES_PER_DAY
from products.series import Series

Int64 = NDArray[np.int64]
NOTHING = -1
_CELLS = 65_536
"""Points times prices that are worked on at once where windows allow it."""

Share = tuple[int, int]
MEDIAN: Share = (1, 2)
LOWER_QUARTILE: Share = (1, 4)


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
    longest = max(days for days, _ in asked) * MINUTES_PER_DAY
    first = 0
    while first < len(ends) and len(series.minutes):
        low = max(int(np.searchsorted(series.minutes, ends[first] - longest, side="right")) - 1, 0)
        last = _block_end(series, ends, first, low)
        high = int(np.searchsorted(series.minutes, ends[last - 1], side="right"))
        held = _held(series, low, high)
        for (days, share), result in zip(asked, found, strict=True):
            starts = _starts(series, ends[first:last], days * MINUTES_PER_DAY, since)
            result[first:last] = _quantiles(held, starts, ends[first:last], share)
        first = last
    return found


class _Held(NamedTuple):
    """How long prices stood: `table[p, v]` minutes at one of the `v` + 1 lowest `prices` before point `p` began.

    `rank` is the place of each point's price in `prices`, their number where nothing was on offer.
    """

    begins: Int64
    rank: Int64
    prices: Int64
    table: NDArray[np.int32]

    def edge(self, minutes: Int64) -> "_Edge":
        """Where in the points some minutes lie; those before the first point count as its beginning."""
        point = np.maximum(np.searchsorted(self.begins, minutes, side="right") - 1, 0)
        return _Edge(point, self.rank[point], np.maximum(minutes - self.begins[point], 0))

    def until(self, edge: "_Edge", place: Int64) -> Int64:
        """Minutes up to an edge at prices up to each place in `prices`."""
        return self.table[edge.point, place].astype(np.int64) + np.where(edge.rank <= place, edge.elapsed, 0)


class _Edge(NamedTuple):
    """The point in force at some minutes, the rank of its price, and the minutes since it began."""

    point: NDArray[np.intp]
    rank: Int64
    elapsed: Int64


def _held(series: Series, low: int, high: int) -> _Held:
    begins, values = series.minutes[low:high].astype(np.int64), series.values[low:high].astype(np.int64)
    prices = np.unique(values[values >= 0])
    rank = np.where(values >= 0, np.searchsorted(prices, values), len(prices))
    table = np.zeros((len(begins), len(prices) + 1), np.int32)
    table[np.arange(1, len(begins)), rank[:-1]] = np.diff(begins)
    return _Held(begins, rank, prices, table.cumsum(axis=0, out=table).cumsum(axis=1, out=table))


def _block_end(series: Series, ends: Int64, first: int, low: int) -> int:
    """Up to where ends are worked on together: the table of the points of their windows has to stay small."""
    most = max(int(np.sqrt(_CELLS)), 2 * int(np.searchsorted(series.minutes, ends[first], side="right") - low))
    if low + most >= len(series.minutes):
        return len(ends)
    return max(int(np.searchsorted(ends, series.minutes[low + most])), first + 1)


def _starts(series: Series, ends: Int64, window: int, since: int) -> Int64:
    """Where each window begins; one that straddles `since` begins at the first point from it on."""
    starts = ends - window
    if not since:
        return starts
    place = int(np.searchsorted(series.minutes, since))
    later = int(series.minutes[place]) if place < len(series.minutes) else np.iinfo(np.int32).max
    return np.where(starts < since, np.minimum(np.maximum(starts, later), ends), starts)


def _quantiles(held: _Held, starts: Int64, ends: Int64, share: Share) -> Int64:
    """By halving the places in which the answer may lie, for all windows at once."""
    part, whole = share
    if not len(held.prices):
        return np.full(len(ends), NOTHING, np.int64)
    begin, end = held.edge(starts), held.edge(ends)
    every = np.full(len(ends), len(held.prices) - 1, np.int64)
    total = held.until(end, every) - held.until(begin, every)
    low, high = np.zeros(len(ends), np.int64), every
    while (low < high).any():
        middle = (low + high) // 2
        enough = (held.until(end, middle) - held.until(begin, middle)) * whole >= total * part
        low, high = np.where(enough, low, middle + 1), np.where(enough, middle, high)
    return np.where(total > 0, held.prices[low], NOTHING)
