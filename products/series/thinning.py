"""A series for drawing: cut to a window and thinned without losing a spike or a gap."""

import numpy as np
from numpy.typing import NDArray

from products.series.points import Series

MOST_POINTS = 400
_KEPT_OF_A_STRETCH = 5
_NOTHING_ON_OFFER = np.int32(2**31 - 1)
"""Stands for -1 where the lowest price is looked for."""


def window(series: Series, start: int, end: int) -> Series:
    """The points between two minutes, both included; the value in force at `start` stands at `start`.

    The last value is held to `end`, so pass the minute of the last observation, not now.
    """
    first = max(int(np.searchsorted(series.minutes, start, side="right")) - 1, 0)
    last = int(np.searchsorted(series.minutes, end, side="right"))
    if first >= last:
        return Series(series.minutes[:0], series.values[:0])
    minutes, values = np.maximum(series.minutes[first:last], np.int32(start)), series.values[first:last]
    if minutes[-1] < end:
        minutes = np.append(minutes, np.int32(end))
        values = np.append(values, values[-1])
    return Series(minutes, values)


def thin(series: Series, most: int = MOST_POINTS) -> Series:
    """At most `most` points, which is at least 5: of each stretch its ends, a gap, the lowest and the highest price."""
    count = len(series.minutes)
    if count <= most:
        return series
    stretches = np.array_split(np.arange(count), most // _KEPT_OF_A_STRETCH)
    kept = np.unique(np.concatenate([_telling(series.values, stretch) for stretch in stretches]))
    return Series(series.minutes[kept], series.values[kept])


def _telling(values: NDArray[np.int32], stretch: NDArray[np.intp]) -> NDArray[np.intp]:
    inside = values[stretch]
    offered = np.where(inside < 0, _NOTHING_ON_OFFER, inside)
    telling = [0, int(inside.argmin()), int(offered.argmin()), int(inside.argmax()), len(stretch) - 1]
    return stretch[telling]
