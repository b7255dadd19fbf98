"""What others learn of changed listings: the event, and the product's texts."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID, uuid5

from arbitrage_site.clock import moment_of
from ingestion.enrichment.changes import Stored
from ingestion.eventlog.base import Record
from ingestion.events import EnrichedListing, ProductEnriched
from products.facts import ProductFacts
from products.marketplaces import CODES, MARKETPLACES

_IDS = UUID("6f0f4f0a-51d3-5b8e-9d0e-3f1f6f3f5a01")
"""Namespace of the ids of products.enriched."""


def observed(
    asin: str, changed: Collection[str], listings: Mapping[str, Stored], record: Record, fetched_at: datetime
) -> ProductEnriched:
    """The event of a product. Its id follows from the batch's last record of the product, so a replay repeats it."""
    facts = facts_of(asin, listings)
    place = f"{record.topic}/{record.partition}/{record.offset}/{record.epoch}/{asin}"
    return ProductEnriched(
        event_id=uuid5(_IDS, place),
        occurred_at=fetched_at,
        asin=asin,
        cause="observed",
        title=facts.title,
        brand=facts.brand,
        category=facts.category,
        changed=[code for code in CODES if code in changed],
        listings={code: _listing(code, listings[code]) for code in CODES if code in listings},
        fetched_at=fetched_at,
    )


def facts_of(asin: str, listings: Mapping[str, Stored]) -> ProductFacts:
    """Each text from the first marketplace, in our order, that has it: the same whatever came first."""
    known = [listings[code].state.base for code in CODES if code in listings]
    return ProductFacts(
        asin=asin,
        title=next((base.title for base in known if base.title), ""),
        brand=next((base.brand for base in known if base.brand), ""),
        category=next((base.category for base in known if base.category), ""),
        eans=next((base.eans for base in known if base.eans), ()),
        is_demo=any(stored.state.is_demo for stored in listings.values()),
    )


def _listing(code: str, stored: Stored) -> EnrichedListing:
    current, windows = stored.current, stored.windows
    return EnrichedListing(
        currency=MARKETPLACES[code].currency,
        buy_box=current.buy_box,
        new=current.new,
        amazon=current.amazon,
        in_stock=current.in_stock,
        rank=current.rank,
        offers=current.offers,
        rating=current.rating,
        reviews=current.reviews,
        average_30=windows.average_30,
        average_90=windows.average_90,
        median_90=windows.median_90,
        p25_30=windows.p25_30,
        trend_30=windows.trend_30,
        delta_1=windows.delta_1,
        delta_7=windows.delta_7,
        delta_30=windows.delta_30,
        in_stock_30=windows.in_stock_30,
        in_stock_90=windows.in_stock_90,
        observed_at=moment_of(stored.state.source_minute),
    )
