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
_TEMPLATES = 40
Csv = list[list[int] | None]


def updates(count: int, *, later: bool = False, seed: int = 1) -> Iterator[RawKeepaUpdate]:
    """`count` first polls over five marketplaces; `later`, what an hour brought them: a rank, and half a price."""
    dice = random.Random(seed)  # noqa: S311 - prices
    minute = END + 60 if later else END
    since = minute - 3 * 1440 if later else 0
    templates = [_csv(dice) for _ in range(_TEMPLATES)]
    keys = ((asin, code) for asin in asins(-(-count // len(CODES))) for code in CODES)
    for number, (asin, code) in zip(range(count), keys, strict=False):
        csv = templates[number % _TEMPLATES]
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
            product=_product(asin, code, _later(csv, number, since) if later else csv),
        )


def records(count: int, *, first_offset: int = 0, later: bool = False, seed: int = 1) -> Iterator[Record]:
    """The same as records of one partition, not in any log."""
    for offset, update in enumerate(updates(count, later=later, seed=seed), first_offset):
        yield Record("raw.keepa_updates", 0, offset, update.asin, encode(update), update.fetched_at, 1)


def _product(asin: str, code: Code, csv: Csv) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(product(asin, MARKETPLACES[code].domain_id, csv), separators=(",", ":")).encode())


def _csv(dice: random.Random) -> Csv:
    return [
        series(dice, POINTS, triple=kind.triple) if number in KEPT else None for number, kind in enumerate(SERIES_TYPES)
    ]


def _later(csv: Csv, number: int, since: int) -> Csv:
    """The points from `since` on and the last one before, as Keepa cuts, and what is new."""
    cut = [_cut(numbers, 3 if kind.triple else 2, since) for numbers, kind in zip(csv, SERIES_TYPES, strict=True)]
    for kind in (SALES, NEW) if number % 2 else (SALES,):
        cut[kind] = [*(cut[kind] or []), END + 30, 4000 + number % 97]
    return cut


def _cut(numbers: list[int] | None, step: int, since: int) -> list[int] | None:
    if numbers is None:
        return None
    before = [at for at in range(0, len(numbers), step) if numbers[at] < since]
    return numbers[before[-1] if before else 0 :]
