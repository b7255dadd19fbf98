"""Raw records as polling appends them, built from the numbers a test is about."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from arbitrage_site.clock import moment_of
from ingestion.eventlog.base import Record
from ingestion.events import Group, RawKeepaUpdate, encode
from products.marketplaces import MARKETPLACES, Code
from products.series import BUY_BOX, COUNT_NEW, NEW

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MINUTE = 8_355_600
"""Keepa's minute of NOW, rounded down to an hour."""
ASIN = "B000000001"
CSV_LENGTH = 36


def csv_of(series: Mapping[int, Sequence[object]]) -> list[list[object] | None]:
    """Keepa's csv: pairs, or triples for the buy box."""
    csv: list[list[object] | None] = [None] * CSV_LENGTH
    for kind, numbers in series.items():
        csv[kind] = list(numbers)
    return csv


def keepa_product(asin: str = ASIN, code: Code = "DE", **fields: object) -> dict[str, object]:
    """Keepa's object with a price of 20.00 since a hundred days, three offers and a title."""
    since = MINUTE - 100 * 1440
    product: dict[str, object] = {
        "asin": asin,
        "domainId": MARKETPLACES[code].domain_id,
        "productType": 0,
        "title": f"Kettle {code}",
        "brand": "Brühl",
        "rootCategory": 3167641,
        "categoryTree": [{"catId": 3167641, "name": "Küche"}],
        "eanList": ["4004122159147"],
        "packageLength": 300,
        "packageWidth": 200,
        "packageHeight": 100,
        "packageWeight": 900,
        "fbaFees": {"pickAndPackFee": 350, "lastUpdate": since},
        "referralFeePercentage": 15.01,
        "availabilityAmazon": -1,
        "csv": csv_of({NEW: [since, 2000], COUNT_NEW: [since, 3]}),
    }
    return product | fields


def record(
    *,
    asin: str = ASIN,
    code: Code = "DE",
    offset: int = 0,
    minute: int = MINUTE,
    asked: Sequence[Group] = ("history",),
    history_from: int = 0,
    product: dict[str, object] | None = None,
    is_demo: bool = False,
    epoch: int = 1,
) -> Record:
    """A record of raw.keepa_updates at an offset of partition 0."""
    fetched_at = moment_of(minute)
    update = RawKeepaUpdate(
        event_id=UUID(int=offset),
        occurred_at=fetched_at,
        asin=asin,
        marketplace=code,
        domain_id=MARKETPLACES[code].domain_id,
        fetched_at=fetched_at,
        source_minute=minute,
        asked=list(asked),
        history_from=history_from,
        tokens=1,
        product=msgspec.Raw(msgspec.json.encode(keepa_product(asin, code) if product is None else product)),
        is_demo=is_demo,
    )
    return Record("raw.keepa_updates", 0, offset, asin, encode(update), fetched_at, epoch)


def buy_box(*points: tuple[int, int, int]) -> dict[int, list[int]]:
    """A buy box series of (minute, price, shipping)."""
    return {BUY_BOX: [number for point in points for number in point]}
