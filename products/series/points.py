"""Series of change points and how two of them become one (keepa.md 8 and 9)."""

from datetime import UTC, date, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbitrage_site.clock import minute_of

AMAZON = 0
NEW = 1
SALES = 3
LISTPRICE = 4
NEW_FBA = 10
COUNT_NEW = 11
RATING = 16
COUNT_REVIEWS = 17
BUY_BOX = 18
COUNT_NEW_FBA = 34

KEPT: tuple[int, ...] = (
    AMAZON,
    NEW,
    SALES,
    LISTPRICE,
    NEW_FBA,
    COUNT_NEW,
    RATING,
    COUNT_REVIEWS,
    BUY_BOX,
    COUNT_NEW_FBA,
)
"""The types whose history is kept, out of Keepa's 36."""


def first_minute_of(day: date) -> int:
    """The Keepa minute at which a UTC day begins."""
    return minute_of(datetime(day.year, day.month, day.day, tzinfo=UTC))


NEW_LANDED_SINCE = minute_of(datetime(2026, 2, 23, tzinfo=UTC))
"""From here on the NEW series certainly holds prices with shipping; before it, prices without.

Keepa's own pages name 16 and 23 February 2026 for the switch; the later one is safe (keepa.md 9, 18). Charts mark it,
and `windows` leaves out what lies before it.
"""


class Series(NamedTuple):
    """Change points in ascending order: `minutes` in Keepa time, `values` that hold until the next point; both int32.

    Prices are landed, in minor units of the marketplace's currency; -1 means nothing on offer (or no rank).
    """

    minutes: NDArray[np.int32]
    values: NDArray[np.int32]


History = dict[int, Series]
"""Series by Keepa's csv type. A type without points is left out."""


def series_of(minutes: object, values: object) -> Series:
    """A series from anything that numpy can read as numbers."""
    return Series(np.asarray(minutes, dtype=np.int32), np.asarray(values, dtype=np.int32))


def merge(older: History, newer: History) -> History:
    """The union of both by (type, minute); where both have a minute, the value of `newer` stays.

    Keepa does not rewrite points, so such a conflict is rare; the caller passes as `newer` the side that comes from
    the snapshot with the larger guard (source minute, epoch, offset).
    """
    return older | {kind: _joined(older.get(kind), series, replace=True) for kind, series in newer.items()}


def add_late(known: History, late: History) -> History:
    """The union of both by (type, minute), where the values of `known` stay: for what comes after its time."""
    return known | {kind: _joined(known.get(kind), series, replace=False) for kind, series in late.items()}


def _joined(older: Series | None, newer: Series, *, replace: bool) -> Series:
    """`older` itself where `newer` adds nothing: the usual case, and what tells an unchanged listing from a changed."""
    if older is None or not len(older.minutes):
        return newer if older is None or len(newer.minutes) else older
    at = np.searchsorted(older.minutes, newer.minutes)
    known = older.minutes.take(at, mode="clip") == newer.minutes
    if known.all() and (not replace or np.array_equal(older.values[at], newer.values)):
        return older
    values = older.values.copy()
    if replace:
        values[at[known]] = newer.values[known]
    fresh = ~known
    return _in_order(
        np.concatenate((older.minutes, newer.minutes[fresh])), np.concatenate((values, newer.values[fresh]))
    )


def _in_order(minutes: NDArray[np.int32], values: NDArray[np.int32]) -> Series:
    order = np.argsort(minutes, kind="stable")
    return Series(minutes[order], values[order])


def split(history: History, minute: int) -> tuple[History, History]:
    """The points up to and including a minute, and those after it; both without empty series."""
    upto: History = {}
    after: History = {}
    for kind, series in history.items():
        at = int(np.searchsorted(series.minutes, minute, side="right"))
        if at:
            upto[kind] = Series(series.minutes[:at], series.values[:at])
        if at < len(series.minutes):
            after[kind] = Series(series.minutes[at:], series.values[at:])
    return upto, after


def same(left: History, right: History) -> bool:
    """Whether both hold the same points."""
    return left.keys() == right.keys() and all(
        np.array_equal(left[kind].minutes, right[kind].minutes)
        and np.array_equal(left[kind].values, right[kind].values)
        for kind in left
    )


def last_value(history: History, kind: int) -> int | None:
    """The newest value of a type, -1 as it stands; None where there is no point."""
    series = history.get(kind)
    return int(series.values[-1]) if series is not None and len(series.values) else None


def newest_minute(history: History) -> int:
    """The minute of the newest point of any type, 0 where there is none."""
    return max((int(series.minutes[-1]) for series in history.values() if len(series.minutes)), default=0)
