"""The integers of Keepa that a flip begins with, under Keepa's own names, so that a person can follow them."""

from dataclasses import dataclass
from datetime import datetime

from arbitrage.economics.inputs import buy_price, conservative_price, reference_price
from arbitrage_site import clock
from products.models import Listing


@dataclass(frozen=True, slots=True)
class SourceFigure:
    """One integer: where it stands in Keepa's answer, what it means, when Keepa saw it, and whether the flip uses it.

    `unit` is a currency, or the word of another unit.
    """

    marketplace: str
    name: str
    field: str
    value: int | None
    unit: str
    seen_at: datetime | None
    used: str = ""


def figures_of(source: Listing, target: Listing) -> list[SourceFigure]:
    """What the purchase and the sale are judged by."""
    return [*_purchase(source), *_sale(target), *_fees(target)]


def _purchase(listing: Listing) -> list[SourceFigure]:
    paid = buy_price(listing)
    seen = _moment(listing.base_minute)
    names = (
        ("new", "lowest new offer, with shipping", "csv[1] NEW"),
        ("amazon", "Amazon's own offer", "csv[0] AMAZON"),
    )
    figures = []
    for attribute, name, field in names:
        value = getattr(listing, attribute)
        used = "the purchase price: the lower of the two" if value is not None and value == paid else ""
        figures.append(SourceFigure(listing.marketplace, name, field, value, listing.currency, seen, used))
    return figures


def _sale(listing: Listing) -> list[SourceFigure]:
    judged, reference = conservative_price(listing), reference_price(listing)
    seen = _moment(listing.base_minute)
    asked = listing.buybox_minute is not None
    current = ("buy box, with shipping", "csv[18] BUY_BOX_SHIPPING") if asked else ("lowest new offer", "csv[1] NEW")
    rows = (
        (*current, reference, _moment(listing.buybox_minute) if asked else seen),
        ("its median of 90 days", "from the series", listing.median_90, seen),
        ("its lower quartile of 30 days", "from the series", listing.p25_30, seen),
    )
    lowest = next((name for name, _, value, _ in rows if value is not None and value == judged), "")
    return [
        SourceFigure(
            listing.marketplace,
            name,
            field,
            value,
            listing.currency,
            moment,
            "the sale price: the lowest of the three" if name == lowest else "",
        )
        for name, field, value, moment in rows
    ]


def _fees(listing: Listing) -> list[SourceFigure]:
    seen = _moment(listing.base_minute)
    rows = (
        ("referral fee", "referralFeePercentage", listing.referral_rate, "ppm"),
        ("FBA fee", "fbaFees.pickAndPackFee", listing.fba_fee, listing.currency),
        ("closing fee", "variableClosingFee", listing.closing_fee, listing.currency),
    )
    return [
        SourceFigure(listing.marketplace, name, field, value, unit, seen, "as it stands" if value is not None else "")
        for name, field, value, unit in rows
    ]


def _moment(minute: int | None) -> datetime | None:
    return None if minute is None else clock.moment_of(minute)
