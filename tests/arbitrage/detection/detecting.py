"""Detection in words: records go in, events come out."""

from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from django.db import transaction

from arbitrage.detection.consumer import DetectionConsumer
from ingestion.eventlog.base import Record
from ingestion.eventlog.values import unpack
from ingestion.events import OpportunityChanged, ProductEnriched, decode, encode
from ingestion.models import LogRecord
from products.models import Listing
from tests.factories import NOON

ASIN = "B0TEST0001"


def record(
    asin: str = ASIN, *, offset: int = 0, cause: Literal["observed", "recompute"] = "observed", now: datetime = NOON
) -> Record:
    event = ProductEnriched(event_id=uuid4(), occurred_at=now, asin=asin, cause=cause, fetched_at=now)
    return Record("products.enriched", 3, offset, asin, encode(event), now, 1)


def detect(*records: Record, now: datetime = NOON, consumer: DetectionConsumer | None = None) -> None:
    effects = (consumer or DetectionConsumer()).prepare(records or [record(now=now)], now)
    with transaction.atomic():
        effects.write()


def recompute(now: datetime = NOON) -> None:
    detect(record(cause="recompute", now=now), now=now)


def events() -> list[OpportunityChanged]:
    rows = LogRecord.objects.filter(topic="arbitrage.opportunities").order_by("pk")
    return [decode(OpportunityChanged, unpack(row.value)) for row in rows]


def states() -> list[str]:
    return [event.state for event in events()]


def change(marketplace: str, **values: Any) -> None:
    Listing.objects.filter(marketplace=marketplace).update(**values)


def priced(price: int) -> dict[str, int]:
    return dict.fromkeys(["new", "buy_box", "reference", "median_90", "p25_30"], price)
