"""Asking the detector to look again: at what somebody wants recomputed, at open opportunities, at a slice, at all."""

from collections.abc import Collection
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5
from zlib import crc32

from django.db import transaction

from arbitrage.models import Opportunity
from ingestion.eventlog.sql import append
from ingestion.events import ProductEnriched
from ingestion.topics import ENRICHED
from products.models import Product
from products.services import hold, next_of_all, recompute_asked

SLOT_SECONDS = 900
SLICES = 96
"""Slots of a day: so each product is looked at once a day even if nothing else wakes the detector."""
CHUNK = 500
_NAMESPACE = uuid5(NAMESPACE_URL, "arbitrage-tracker:recompute")


def due(now: datetime) -> list[str]:
    """The ASINs to look at in the current quarter of an hour, in order."""
    wanted = set(Product.objects.filter(recompute_wanted=True).values_list("asin", flat=True))
    opened = Opportunity.objects.filter(state=Opportunity.State.OPEN).order_by()
    wanted |= set(opened.values_list("product_id", flat=True).distinct())
    every = Product.objects.values_list("asin", flat=True)
    return sorted(wanted | {asin for asin in every.iterator() if in_slice(asin, now)})


def in_slice(asin: str, now: datetime) -> bool:
    """Whether it is this product's turn; the same on every machine."""
    slot = int(now.timestamp()) // SLOT_SECONDS
    return crc32(asin.encode()) % SLICES == slot % SLICES


def request(asins: Collection[str], now: datetime) -> int:
    """Append a record for each product and forget that it was wanted, in one transaction each few hundred."""
    ordered = sorted(asins)
    for start in range(0, len(ordered), CHUNK):
        chunk = ordered[start : start + CHUNK]
        with transaction.atomic():
            hold(chunk)
            recompute_asked(chunk)
            append(ENRICHED, [_event(asin, now) for asin in chunk], now=now)
    return len(ordered)


def request_all(now: datetime) -> int:
    """Append a record for each product where somebody wishes for all, from where it stopped. Returns how many."""
    count = 0
    while True:
        with transaction.atomic():
            chunk = next_of_all(CHUNK)
            append(ENRICHED, [_event(asin, now) for asin in chunk], now=now)
        if not chunk:
            return count
        count += len(chunk)


def _event(asin: str, now: datetime) -> ProductEnriched:
    identity = uuid5(_NAMESPACE, f"{asin} {now.isoformat()}")
    return ProductEnriched(event_id=identity, occurred_at=now, asin=asin, cause="recompute")
