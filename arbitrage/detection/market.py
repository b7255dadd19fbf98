"""The listings of a batch of products, as the kernel and the lifecycle need them. One query."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

import numpy as np
from django.db.models import OuterRef, Subquery

from arbitrage.economics.columns import columns_of
from arbitrage.economics.kernel import INDEX, Columns, Mask
from arbitrage.economics.overrides import Overrides
from arbitrage.economics.profiles import PurchaseVat
from arbitrage.economics.table_loading import load_tables
from arbitrage.economics.tables import NO_TABLES, DayTables
from arbitrage.lifecycle import STALE_AFTER
from arbitrage.models import PurchaseOverride
from arbitrage_site.clock import minute_of
from products.marketplaces import CODES, Code
from products.models import Listing

_STALE_MINUTES = int(STALE_AFTER.total_seconds() // 60)


@dataclass(slots=True)
class MarketListing:
    """A listing's columns without its history; names and units as in products.models.Listing.

    `purchase_vat` is the one set for this very offer.
    """

    id: int
    product_id: str
    marketplace: Code
    category: str
    is_demo: bool
    amazon: int | None
    new: int | None
    buy_box: int | None
    buybox_minute: int | None
    median_90: int | None
    p25_30: int | None
    referral_rate: int | None
    fba_fee: int | None
    closing_fee: int | None
    package_length: int | None
    package_width: int | None
    package_height: int | None
    package_weight: int | None
    is_hazmat: bool | None
    source_minute: int
    purchase_vat: str | None


_OVERRIDE = PurchaseOverride.objects.filter(product=OuterRef("product"), source=OuterRef("marketplace")).values("mode")
_COLUMNS = [each.name for each in fields(MarketListing)][:-1]
"""All but the last, which comes from another table."""


@dataclass(frozen=True, slots=True)
class Market:
    """The known listings of `asins`, by (asin, marketplace); and as tables, products in the order of `asins`.

    `fresh` is (5, n): which listings Keepa looked at within 24 hours. `tables` are the fee tables of the columns,
    `overrides` the offers whose purchase VAT differs from what a profile says.
    """

    asins: Sequence[str]
    listings: dict[tuple[str, str], MarketListing]
    columns: Columns
    fresh: Mask
    tables: DayTables = NO_TABLES
    overrides: Overrides = field(default_factory=dict)


def load_market(asins: Sequence[str], now: datetime) -> Market:
    """Read the current listings of these products; the fee tables are those of the day. Two queries."""
    known = Listing.objects.filter(product_id__in=asins, marketplace__in=CODES)
    rows = known.values_list(*_COLUMNS, Subquery(_OVERRIDE))
    by_asin: dict[str, dict[str, MarketListing]] = {asin: {} for asin in asins}
    for row in rows:
        listing = MarketListing(*row)
        by_asin[listing.product_id][listing.marketplace] = listing
    products = list(by_asin.values())
    named = {(asin, code): listing for asin, own in by_asin.items() for code, listing in own.items()}
    tables = load_tables().on(now.date())
    return Market(asins, named, columns_of(products, tables), _fresh(products, now), tables, _overrides(named))


def _overrides(listings: dict[tuple[str, str], MarketListing]) -> Overrides:
    """The purchase VAT of the offers that have one of their own."""
    known = {str(mode): mode for mode in PurchaseVat}
    return {at: known[each.purchase_vat] for at, each in listings.items() if each.purchase_vat in known}


def _fresh(products: Sequence[dict[str, MarketListing]], now: datetime) -> Mask:
    """The age is counted from Keepa's own observation, not from our last question: asking makes no price newer."""
    mask = np.zeros((len(CODES), len(products)), dtype=np.bool_)
    oldest = minute_of(now) - _STALE_MINUTES
    for column, listings in enumerate(products):
        for listing in listings.values():
            mask[INDEX[listing.marketplace], column] = listing.source_minute >= oldest
    return mask
