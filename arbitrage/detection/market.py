"""The listings of a batch of products, as the kernel, the score and the lifecycle need them. One query."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import numpy as np

from arbitrage.economics.columns import columns_of
from arbitrage.economics.inputs import buy_price, reference_price
from arbitrage.economics.kernel import INDEX, Columns, Mask
from arbitrage.lifecycle import STALE_AFTER
from arbitrage.scoring.score_input import Leg
from arbitrage_site.clock import minute_of
from products.marketplaces import CODES, Code
from products.models import Listing

_STALE_MINUTES = int(STALE_AFTER.total_seconds() // 60)


@dataclass(slots=True)
class MarketListing:
    """A listing's columns without its history; names and units as in products.models.Listing."""

    id: int
    product_id: str
    marketplace: Code
    is_demo: bool
    amazon: int | None
    new: int | None
    buy_box: int | None
    buybox_minute: int | None
    buy_box_is_amazon: bool | None
    median_90: int | None
    p25_30: int | None
    trend_30: int | None
    in_stock_90: int | None
    stock_days: int
    change_points: int
    rank: int | None
    offers: int | None
    referral_rate: int | None
    fba_fee: int | None
    closing_fee: int | None
    source_minute: int


_COLUMNS = [field.name for field in fields(MarketListing)]


@dataclass(frozen=True, slots=True)
class Market:
    """The known listings of `asins`, by (asin, marketplace); and as tables, products in the order of `asins`.

    `fresh` is (5, n): which listings Keepa looked at within 24 hours.
    """

    asins: Sequence[str]
    listings: dict[tuple[str, str], MarketListing]
    columns: Columns
    fresh: Mask


def load_market(asins: Sequence[str], now: datetime) -> Market:
    """Read the current listings of these products."""
    rows = Listing.objects.filter(product_id__in=asins, marketplace__in=CODES).values_list(*_COLUMNS)
    by_asin: dict[str, dict[str, MarketListing]] = {asin: {} for asin in asins}
    for row in rows:
        listing = MarketListing(*row)
        by_asin[listing.product_id][listing.marketplace] = listing
    products = list(by_asin.values())
    named = {(asin, code): listing for asin, own in by_asin.items() for code, listing in own.items()}
    return Market(asins, named, columns_of(products), _fresh(products, now))


def _fresh(products: Sequence[dict[str, MarketListing]], now: datetime) -> Mask:
    """The age is counted from Keepa's own observation, not from our last question: asking makes no price newer."""
    mask = np.zeros((len(CODES), len(products)), dtype=np.bool_)
    oldest = minute_of(now) - _STALE_MINUTES
    for column, listings in enumerate(products):
        for listing in listings.values():
            mask[INDEX[listing.marketplace], column] = listing.source_minute >= oldest
    return mask


def source_leg(listing: MarketListing, now: datetime) -> Leg:
    """What the score sees of the side where one buys."""
    return _leg(listing, buy_price(listing) or 0, now)


def target_leg(listing: MarketListing, now: datetime) -> Leg:
    """What the score sees of the side where one sells, at the current reference price."""
    return _leg(listing, reference_price(listing) or 0, now)


def _leg(listing: MarketListing, price: int, now: datetime) -> Leg:
    minute = minute_of(now)
    return Leg(
        price=price,
        age_minutes=max(minute - listing.source_minute, 0),
        stock_days=listing.stock_days,
        change_points=listing.change_points,
        median_90=listing.median_90,
        trend_30=listing.trend_30,
        in_stock_90=listing.in_stock_90,
        rank=listing.rank,
        offers=listing.offers,
        amazon_in_buy_box=listing.buy_box_is_amazon,
        buy_box_age_minutes=None if listing.buybox_minute is None else max(minute - listing.buybox_minute, 0),
    )
