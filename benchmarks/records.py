"""Raw records as polling appends them, with histories of 100 points in ten series."""

import json
import random
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import msgspec

from arbitrage_site.clock import moment_of
from benchmarks.setting import END, asins, product, series
from ingestion.eventlog.base import Record
from ingestion.events import RawKeepaUpdate, encode
from ingestion.keepa.constants import SERIES_TYPES
from products.marketplaces import CODES, MARKETPLACES, Code
from products.series import KEPT, NEW, SALES

POINTS = 100
_HISTORIES = 40
_PLACE = "B0XXXXXXXX"
Csv = list[list[int] | None]


def updates(count: int, *, later: bool = False, hours: int = 1, seed: int = 1) -> Iterator[RawKeepaUpdate]:
    """`count` first polls over five marketplaces; `later`, what some hours brought them: a rank, and half a price."""
    minute = END + 60 * hours if later else END
    since = minute - 3 * 1440 if later else 0
    products = Products(seed, minute, since) if later else Products(seed)
    keys = ((asin, code) for asin in asins(-(-count // len(CODES))) for code in CODES)
    for number, (asin, code) in zip(range(count), keys, strict=False):
        yield RawKeepaUpdate(
            event_id=UUID(int=number),
            occurred_at=moment_of(minute),
            asin=asin,
            marketplace=code,
            domain_id=MARKETPLACES[code].domain_id,
            fetched_at=moment_of(minute) + timedelta(minutes=1),
            source_minute=minute,
            asked=["history", "buybox", "rating"],
            history_from=since,
            tokens=4,
            product=products.raw(number, asin, code),
        )


def records(count: int, *, first_offset: int = 0, later: bool = False, hours: int = 1) -> Iterator[Record]:
    """The same as records of one partition, not in any log."""
    for offset, update in enumerate(updates(count, later=later, hours=hours), first_offset):
        yield Record("raw.keepa_updates", 0, offset, update.asin, encode(update), update.fetched_at, 1)


class Products:
    """Keepa's objects. Forty histories serve all listings; only the ASIN is put into the text, which is quick."""

    def __init__(self, seed: int, minute: int = END, since: int = 0) -> None:
        dice = random.Random(seed)  # noqa: S311 - prices
        self._minute, self._since = minute, since
        self._histories = [_csv(dice) for _ in range(_HISTORIES)]
        self._texts: dict[tuple[int, Code], bytes] = {}

    def raw(self, number: int, asin: str, code: Code) -> msgspec.Raw:
        """The object of a listing, with the history that its number falls on."""
        key = number % _HISTORIES, code
        if key not in self._texts:
            csv = self._histories[key[0]]
            shown = _later(csv, number, self._minute, self._since) if self._since else csv
            value = product(_PLACE, MARKETPLACES[code].domain_id, shown)
            self._texts[key] = json.dumps(value, separators=(",", ":")).encode()
        return msgspec.Raw(self._texts[key].replace(_PLACE.encode(), asin.encode()))


def _csv(dice: random.Random) -> Csv:
    return [
        series(dice, POINTS, triple=kind.triple) if number in KEPT else None for number, kind in enumerate(SERIES_TYPES)
    ]


def _later(csv: Csv, number: int, minute: int, since: int) -> Csv:
    """The points from `since` on and the last one before, as Keepa cuts, and what is new."""
    cut = [_cut(numbers, 3 if kind.triple else 2, since) for numbers, kind in zip(csv, SERIES_TYPES, strict=True)]
    for kind in (SALES, NEW) if number % 2 else (SALES,):
        cut[kind] = [*(cut[kind] or []), minute - 30, 4000 + (number + minute) % 97]
    return cut


def _cut(numbers: list[int] | None, step: int, since: int) -> list[int] | None:
    if numbers is None:
        return None
    before = [at for at in range(0, len(numbers), step) if numbers[at] < since]
    return numbers[before[-1] if before else 0 :]
