"""How long each value of a series stood, and robust figures weighted by that time.

Change points alone say how often a price moved, not how long it lasted; so every share and quantile here counts
minutes. -1 (nothing on offer) is never a price.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from products.series import Series

Int64 = NDArray[np.int64]
Flags = NDArray[np.bool_]
Net = Callable[[int], int]
"""Net profit of a flip at a sale price; both minor units of the target's currency."""


class Stretches(NamedTuple):
    """Values of a series in order, and for how many minutes each stood."""

    values: Int64
    minutes: Int64

    @property
    def in_stock(self) -> "Stretches":
        """Those with an offer."""
        offered = (self.values >= 0) & (self.minutes > 0)
        return Stretches(self.values[offered], self.minutes[offered])

    @property
    def total(self) -> int:
        """Minutes altogether."""
        return int(self.minutes.sum())


def stretches(series: Series | None, start: int, end: int) -> Stretches:
    """What stood between two Keepa minutes. Time before the first point is unknown and left out."""
    if series is None or not len(series.minutes) or end <= start:
        return Stretches(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
    edges = np.append(series.minutes.astype(np.int64), max(end, int(series.minutes[-1]))).clip(start, end)
    return Stretches(series.values.astype(np.int64), np.diff(edges))


def value_at(series: Series, minutes: Int64) -> Int64:
    """The value in force at each minute, -1 before the first point."""
    if not len(series.minutes):
        return np.full(len(minutes), -1, np.int64)
    at = np.searchsorted(series.minutes, minutes, side="right") - 1
    return np.where(at >= 0, series.values[at].astype(np.int64), -1)


def profitable(values: Int64, net: Net) -> Flags:
    """At which of these prices the flip earns something. The arithmetic runs once for each different price."""
    different, places = np.unique(values, return_inverse=True)
    earns = np.array([value >= 0 and net(value) > 0 for value in different.tolist()], dtype=np.bool_)
    result: Flags = earns[places.reshape(values.shape)]
    return result


def share(part: int, whole: int) -> int | None:
    """Permille, rounded half up; None of nothing."""
    return (2_000 * part + whole) // (2 * whole) if whole > 0 else None


def median(stood: Stretches) -> int | None:
    """The smallest value whose cumulative time reaches half; None without time."""
    if not stood.total:
        return None
    order = np.argsort(stood.values, kind="stable")
    reached = stood.minutes[order].cumsum()
    return int(stood.values[order][np.searchsorted(2 * reached, reached[-1])])


def spread(stood: Stretches) -> int | None:
    """Median absolute deviation over the median, permille: a spread that one freak price cannot move."""
    middle = median(stood.in_stock)
    if not middle:
        return None
    known = stood.in_stock
    deviation = median(Stretches(np.abs(known.values - middle), known.minutes))
    return share(deviation or 0, middle)
