"""The columns of all watched products, kept by each process and brought up to date before each use."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from threading import Lock
from uuid import UUID

import numpy as np
from django.db.models import Count, Max

from arbitrage.detection.market import Market, load_market
from arbitrage.economics.kernel import INDEX, Columns, Mask
from arbitrage.economics.sides import Int64
from arbitrage.lifecycle import STALE_AFTER
from arbitrage.models import TablesStamp
from arbitrage_site.clock import minute_of
from ingestion.eventlog.passed import keys_passed, positions_of
from ingestion.eventlog.reading import current_epoch
from ingestion.topics import ENRICHMENT, RAW
from products.marketplaces import CODES
from products.models import Watch

NEVER = -1
AT_ONCE = 2_000
"""Products read with one query."""
_STALE_MINUTES = STALE_AFTER // timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Marks:
    """Where the sources of a snapshot stood when it was read: the enrichment's positions, and the watchlist.

    The columns hold fees of the tables of `day`; with other `tables`, or in another `epoch` of the log, all are new.
    """

    epoch: int
    day: date
    tables: UUID | None
    positions: dict[int, int]
    watches: tuple[int, int]

    def of_one_age(self, other: "Marks") -> bool:
        """Whether pieces of a snapshot with the other marks can be kept."""
        return (self.epoch, self.day, self.tables) == (other.epoch, other.day, other.tables)


@dataclass(frozen=True, slots=True)
class ColumnSnapshot:
    """The listings of the watched products as tables, products in the order of `asins`.

    `minutes` is (5, n): when Keepa last looked at each listing, NEVER where there is none. Never changed once made.
    """

    marks: Marks
    asins: tuple[str, ...]
    columns: Columns
    minutes: Int64

    def fresh(self, now: datetime) -> Mask:
        """Which listings Keepa looked at within 24 hours, as the detector counts it."""
        mask: Mask = self.minutes >= max(minute_of(now) - _STALE_MINUTES, 0)
        return mask


class Keeper:
    """The newest snapshot of this process. Threads share it; one at a time refreshes it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: ColumnSnapshot | None = None

    def current(self, now: datetime) -> ColumnSnapshot:
        """A snapshot that shows everything committed before the call; four queries when nothing changed."""
        with self._lock:
            self._kept = refreshed(self._kept, now)
            return self._kept

    def forget(self) -> None:
        """Begin anew, as another database would need it."""
        with self._lock:
            self._kept = None


keeper = Keeper()


def refreshed(kept: ColumnSnapshot | None, now: datetime) -> ColumnSnapshot:
    """The snapshot brought up to date: only products that were polled or newly watched since are read again."""
    marks = _marks(now)
    if kept is None or not kept.marks.of_one_age(marks):
        return _read(marks, now)
    if kept.marks == marks:
        return kept
    passed = keys_passed(RAW, kept.marks.positions, marks.positions)
    if passed is None:
        return _read(marks, now)
    return _updated(kept, marks, passed, now)


def _marks(now: datetime) -> Marks:
    """Read before any listing, so that a change in between is read again next time instead of lost."""
    watches = Watch.objects.aggregate(count=Count("pk"), newest=Max("pk"))
    return Marks(
        epoch=current_epoch(),
        day=now.date(),
        tables=TablesStamp.objects.values_list("value", flat=True).first(),
        positions=positions_of(ENRICHMENT, RAW),
        watches=(watches["count"], watches["newest"] or 0),
    )


def _read(marks: Marks, now: datetime) -> ColumnSnapshot:
    asins = _watched()
    return ColumnSnapshot(marks, asins, *_tables(asins, now))


def _updated(kept: ColumnSnapshot, marks: Marks, passed: Collection[str], now: datetime) -> ColumnSnapshot:
    asins = kept.asins if kept.marks.watches == marks.watches else _watched()
    places = {asin: place for place, asin in enumerate(kept.asins)}
    new = [place for place, asin in enumerate(asins) if asin in passed or asin not in places]
    columns, minutes = _tables([asins[place] for place in new], now)
    at = [places.get(asin, 0) for asin in asins]
    merged = (_replaced(getattr(kept.columns, name), at, new, getattr(columns, name)) for name in _NAMES)
    return ColumnSnapshot(marks, asins, Columns(*merged), _replaced(kept.minutes, at, new, minutes))


_NAMES = [field.name for field in fields(Columns)]


def _replaced(old: Int64, at: list[int], new: list[int], values: Int64) -> Int64:
    """The old table's columns `at`, with those at `new` replaced."""
    table = old[:, at] if old.shape[1] else np.full((len(old), len(at)), NEVER, old.dtype)
    table[:, new] = values
    return table


def _watched() -> tuple[str, ...]:
    return tuple(Watch.objects.order_by("product_id").values_list("product_id", flat=True))


def _tables(asins: Sequence[str], now: datetime) -> tuple[Columns, Int64]:
    """Read these products, some thousand at a time."""
    parts = [load_market(asins[first : first + AT_ONCE], now) for first in range(0, len(asins), AT_ONCE)]
    parts = parts or [load_market((), now)]
    columns = Columns(*(np.concatenate([getattr(part.columns, name) for part in parts], axis=1) for name in _NAMES))
    return columns, np.concatenate([_minutes(part) for part in parts], axis=1)


def _minutes(market: Market) -> Int64:
    table = np.full((len(CODES), len(market.asins)), NEVER, np.int64)
    places = {asin: place for place, asin in enumerate(market.asins)}
    for (asin, code), listing in market.listings.items():
        table[INDEX[code], places[asin]] = listing.source_minute
    return table
