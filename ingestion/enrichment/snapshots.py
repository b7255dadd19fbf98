"""From a raw record to a snapshot: what can be refused is refused here, with one sentence."""

from django.conf import settings

from arbitrage_site.clock import minute_of
from ingestion.enrichment.state import BASE, BaseFacts, BuyBoxFacts, Guard, OffersFacts, Snapshot
from ingestion.errors import InvalidRecord
from ingestion.eventlog.base import Record
from ingestion.events import RawKeepaUpdate, decode
from ingestion.keepa.histories import CLOCK_SLACK, history_of
from ingestion.keepa.payload import KeepaProduct, decode_product, flag, known, positive
from ingestion.keepa.texts import clean_text
from products.marketplaces import MARKETPLACES
from products.series import History

_LONGEST_NAME = 200
_LONGEST_SELLER = 30
_MOST_EANS = 50
_LARGEST = 2**31 - 1
_UNKNOWN_CATEGORY = 2**63 - 1
"""Keepa's id of the category with the name ? (keepa.md 10)."""


def snapshot_of(record: Record) -> Snapshot:
    """A record of raw.keepa_updates as a snapshot. Raises InvalidRecord."""
    update = decode(RawKeepaUpdate, record.value)
    product = decode_product(update.product)
    _check(update, product)
    asked = frozenset(BASE if group == "history" else group for group in update.asked)
    return Snapshot(
        asin=update.asin,
        marketplace=update.marketplace,
        guard=Guard(update.source_minute, record.epoch, record.offset),
        asked=asked,
        history_from=max(0, update.history_from),
        fetched_at=update.fetched_at,
        is_demo=update.is_demo,
        base=_base(product),
        buybox=_buybox(product),
        offers=_offers(product),
        history=_history(product, update, asked),
    )


def _check(update: RawKeepaUpdate, product: KeepaProduct) -> None:
    marketplace = MARKETPLACES[update.marketplace]
    if product.asin != update.asin:
        raise InvalidRecord(f"{update.asin}: Keepa's product is {product.asin!r:.20}, another one.")
    if not marketplace.domain_id == update.domain_id == product.domain_id:
        raise InvalidRecord(
            f"{update.asin}: {update.marketplace} is Keepa's domain {marketplace.domain_id}, "
            f"but the record says {update.domain_id} and the product {product.domain_id}."
        )
    if update.is_demo and not settings.DEMO:
        raise InvalidRecord(
            f"{update.asin}: an invented record of the demo, refused because DEMO is off.", kind="policy"
        )
    if update.fetched_at.tzinfo is None:
        raise InvalidRecord(f"{update.asin}: fetched_at has no time zone.")
    if not 0 < update.source_minute <= minute_of(update.fetched_at) + CLOCK_SLACK:
        raise InvalidRecord(
            f"{update.asin}: source_minute {update.source_minute} is not between 2011 and the time of the answer."
        )


def _history(product: KeepaProduct, update: RawKeepaUpdate, asked: frozenset[str]) -> History:
    return history_of(product, latest=minute_of(update.fetched_at)) if BASE in asked else {}


def _base(product: KeepaProduct) -> BaseFacts:
    length, width, height = product.dimensions
    return BaseFacts(
        title=clean_text(product.title) if product.title else "",
        brand=clean_text(product.brand, longest=_LONGEST_NAME) if product.brand else "",
        category=clean_text(product.category, longest=_LONGEST_NAME),
        category_id=_category_id(product),
        eans=tuple(ean for ean in product.eans[:_MOST_EANS] if ean.isascii() and ean.isdigit() and len(ean) <= 14),
        product_type=_bounded(product.product_type, product.asin, "productType", 2**15 - 1),
        package_length=_fits(length, product.asin, "packageLength"),
        package_width=_fits(width, product.asin, "packageWidth"),
        package_height=_fits(height, product.asin, "packageHeight"),
        package_weight=_fits(product.weight, product.asin, "packageWeight"),
        pack_quantity=_fits(product.pack_quantity, product.asin, "numberOfItems"),
        referral_rate=_fits(product.referral_rate, product.asin, "referralFeePercentage"),
        fba_fee=_fits(product.fba_fee, product.asin, "fbaFees") or None,
        closing_fee=_fits(product.closing_fee, product.asin, "variableClosingFee"),
        availability_amazon=_fits(known(product.availability_amazon), product.asin, "availabilityAmazon", 2**15 - 1),
        monthly_sold=_fits(known(product.monthly_sold), product.asin, "monthlySold"),
        sold_minute=_fits(positive(product.last_sold_update), product.asin, "lastSoldUpdate"),
        return_rate=_fits(positive(product.return_rate), product.asin, "returnRate", 2**15 - 1),
        is_hazmat=product.is_hazmat,
        is_heat_sensitive=flag(product.is_heat_sensitive),
        new_is_map=flag(product.new_price_is_map),
    )


def _category_id(product: KeepaProduct) -> int | None:
    category = _fits(positive(product.root_category), product.asin, "rootCategory", _UNKNOWN_CATEGORY)
    return None if category == _UNKNOWN_CATEGORY else category


def _buybox(product: KeepaProduct) -> BuyBoxFacts:
    box = product.buy_box
    if box is None:
        return BuyBoxFacts()
    seller = clean_text(box.seller, longest=_LONGEST_SELLER)
    return BuyBoxFacts(seller, box.is_fba, box.is_amazon, box.is_unqualified, box.limit)


def _offers(product: KeepaProduct) -> OffersFacts:
    stats = product.stats
    if not stats:
        return OffersFacts()
    return OffersFacts(
        _fits(known(stats.offer_count_fba), product.asin, "offerCountFBA"),
        _fits(known(stats.offer_count_fbm), product.asin, "offerCountFBM"),
    )


def _fits(value: int | None, asin: str, name: str, largest: int = _LARGEST) -> int | None:
    return None if value is None else _bounded(value, asin, name, largest)


def _bounded(value: int, asin: str, name: str, largest: int) -> int:
    """A larger number would be taken by one database and refused by the other."""
    if abs(value) > largest:
        raise InvalidRecord(f"{asin}: {name} is {value}, beyond {largest}.")
    return value
