"""Products as search documents: the one place that turns rows into what the index holds.

docs/contracts/ELASTICSEARCH_SCHEMA.md describes the fields; `products.search.elastic.mapping` gives their types.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from arbitrage_site.clock import moment_of
from products.marketplaces import CODES
from products.models import Listing, Product, Watch
from products.rollups import DAYS, closes_of
from products.search.base import CURRENCIES
from products.series.daily import UNKNOWN

Document = dict[str, Any]
"""A document as JSON holds it: text, integers, booleans, null, lists and objects of these; times are ISO 8601."""

Scores = Callable[[Collection[str]], Mapping[str, Sequence[Document]]]
"""Open flips of the default profile by ASIN; `settings.SEARCH_SCORES` names one."""

Looked = Mapping[str, Mapping[str, int]]
"""By ASIN and marketplace, the source minute of a listing as a document that was found says it."""

_LONGEST_SORTED = 256

BEST = ("best_score", "best_net", "best_roi", "best_margin", "best_source", "best_target")
"""What a product's best flip gives it, in its row as in its document."""

_PRODUCT = (
    "asin",
    "document_version",
    "title",
    "brand",
    "category",
    "eans",
    "search_text",
    *BEST,
    "is_demo",
    "updated_at",
)
_LISTING = (
    "product_id",
    "marketplace",
    "currency",
    "new",
    "amazon",
    "buy_box",
    "rank",
    "offers",
    "source_minute",
    "product_type",
    "buybox_minute",
    "history_base",
    "history_tail",
)


def documents(asins: Collection[str], looked: Looked | None = None) -> dict[str, tuple[int, Document]]:
    """Version and document of each product that exists. Four queries, whatever the number of products.

    The version is read first. A change that commits between the queries can then only be in a document of too low a
    version, which the document of the next version replaces; the other way round old rows would keep a new version.
    With `looked` they are what the rows said after those looks at Keepa: later ones, that found nothing new, moved the
    source minute and the 30 days that end with it, and wrote no document.
    """
    products = list(Product.objects.filter(asin__in=asins).only(*_PRODUCT))
    found = [product.asin for product in products]
    listings = _listings(found, looked or {})
    tags = _tags(found)
    scores: Scores = import_string(settings.SEARCH_SCORES)
    flips = scores(found)
    return {
        product.asin: (
            product.document_version,
            document(product, listings[product.asin], tags=tags[product.asin], scores=flips.get(product.asin, ())),
        )
        for product in products
    }


def document(
    product: Product, listings: Iterable[Listing], *, tags: Collection[str], scores: Sequence[Document]
) -> Document:
    """The document of a product from its rows. Same rows, same document, whenever it is made."""
    known = {listing.marketplace: listing for listing in listings}
    ordered = [known[code] for code in CODES if code in known]
    return {
        "asin": product.asin,
        "title": product.title,
        "brand": product.brand or None,
        "category": product.category or None,
        "eans": list(product.eans),
        "search_text": product.search_text,
        "sort_title": product.title.lower()[:_LONGEST_SORTED] or None,
        **_of_listings(ordered),
        "arbitrage_scores": list(scores),
        "best_score": product.best_score,
        "best_net": product.best_net,
        "best_roi": product.best_roi,
        "best_margin": product.best_margin,
        "best_source": product.best_source or None,
        "best_target": product.best_target or None,
        "tags": sorted(tags),
        "is_demo": product.is_demo,
        "updated_at": product.updated_at.isoformat(),
        "document_version": product.document_version,
    }


def _of_listings(listings: Sequence[Listing]) -> Document:
    prices = {listing.marketplace: _price(listing) for listing in listings}
    return {
        "marketplaces": list(prices),
        "in_stock": [code for code, price in prices.items() if price["in_stock"]],
        "lowest_new": {currency: _lowest(listings, currency) for currency in CURRENCIES},
        "current_prices": prices,
        "price_history": [month for listing in listings if (month := _month(listing))],
    }


def _price(listing: Listing) -> Document:
    return {
        "currency": listing.currency,
        "new": listing.new,
        "amazon": listing.amazon,
        "buy_box": listing.buy_box,
        "in_stock": any(price is not None for price in (listing.new, listing.amazon, listing.buy_box)),
        "rank": listing.rank,
        "offers": listing.offers,
        "source_minute": listing.source_minute,
    }


def _lowest(listings: Iterable[Listing], currency: str) -> int | None:
    prices = (listing.new for listing in listings if listing.currency == currency and listing.new is not None)
    return min(prices, default=None)


def _month(listing: Listing) -> Document | None:
    """Closing reference prices of 30 UTC days, the last one that of `source_minute`; -1 no offer, null unknown."""
    first = moment_of(listing.source_minute).date() - timedelta(days=DAYS - 1)
    prices = [None if price == UNKNOWN else price for price in closes_of(listing, first).tolist()]
    if all(price is None for price in prices):
        return None
    return {
        "marketplace": listing.marketplace,
        "currency": listing.currency,
        "first_day": first.isoformat(),
        "closes": prices,
    }


def _listings(asins: Collection[str], looked: Looked) -> Mapping[str, list[Listing]]:
    found: dict[str, list[Listing]] = defaultdict(list)
    for listing in Listing.objects.filter(product_id__in=asins).only(*_LISTING):
        minute = looked.get(listing.product_id, {}).get(listing.marketplace, listing.source_minute)
        if 0 <= minute < listing.source_minute:  # a document cannot know of a look that its row does not know of
            listing.source_minute = minute
        found[listing.product_id].append(listing)
    return found


def _tags(asins: Collection[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    tagged = Watch.objects.filter(product_id__in=asins, tags__isnull=False)
    for asin, name in tagged.values_list("product_id", "tags__name"):
        found[asin].append(name)
    return found
