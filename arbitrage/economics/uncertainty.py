"""Why a flip is only an estimate, and where two sources of one figure differ (economics.md 3.5)."""

from collections.abc import Iterator
from dataclasses import dataclass

from arbitrage.economics.charges import CLOTHING, Charges, FulfilmentCharge
from arbitrage.economics.interned import UNKNOWN_CLASS, Goods
from arbitrage.economics.prices import PricedListing
from arbitrage.economics.rates import DOUBTFUL, PPM
from arbitrage.economics.tables import Category, Cell
from arbitrage.economics.taxes import doubts
from arbitrage.economics.terms import Terms
from arbitrage.economics.wording import money

LONGEST_NAME = 60
SELECTED = frozenset({"clothing", "grocery", "pet_clothing_food"})
"""Fee categories that Amazon charges by another table, whose sizes were not found (economics.md 3.4)."""
FAR = 10
"""Keepa's percentage is trusted within a tenth of Keepa's price (economics.md 3.5)."""
APART, APART_SHARE = 30, 20
"""Two sources that differ by more than 0.30, or by more than a twentieth, are pointed out."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A flip as far as its uncertainty goes: both listings, what their categories mean, the target's charges.

    `own`: the seller ships, so that Amazon's fulfilment fees do not matter.
    """

    terms: Terms
    source: PricedListing
    target: PricedListing
    category: Category | None
    bought: Goods | None
    charges: Charges
    sale: int
    efn: bool
    own: bool


def estimates_of(judged: Judged) -> Iterator[str]:
    """Reasons, in words, most important first."""
    store = judged.target.marketplace
    if judged.target.buybox_minute is None:
        yield f"the buy box in {store} was never asked"
    yield from judged.terms.estimates
    if not judged.charges.tabled:
        return
    yield from _of_referral(judged, store)
    if not judged.own:
        yield from _of_fulfilment(judged, store)
    yield from _of_storage(judged)
    if judged.charges.closing_cell:
        yield f"the closing fee in {store} is the table's"
    yield from _of_goods(judged)
    yield from doubts(judged.terms, judged.bought, judged.charges.goods)


def _of_referral(judged: Judged, store: str) -> Iterator[str]:
    referral, sale, reference = judged.charges.referral, judged.sale, judged.charges.reference
    if referral.rate is None and referral.rule:
        yield f"the referral fee in {store} is the table's for {_plain(referral.rule.category)}"
    elif not referral.confirmed and reference is not None and abs(sale - reference) * FAR > reference:
        yield f"Keepa's referral rate in {store} is for a price of {money(reference)}"
    elif referral.rule or referral.rivals:
        own = referral.expected.fee(sale) if referral.expected else 0
        if any(rival.fee(sale) != own for rival in referral.rivals):
            yield f"the fee category in {store} is not certain at {money(sale)}"
    if referral.rule and referral.rule.confidence in DOUBTFUL:
        yield f"the referral rule for {_plain(referral.rule.category)} is not certain"


def _of_fulfilment(judged: Judged, store: str) -> Iterator[str]:
    fulfilment = judged.charges.efn if judged.efn else judged.charges.fba
    if not fulfilment.keepa:
        name = "EFN fee" if judged.efn else "FBA fee"
        yield f"the {name} in {store} is the table's, by the catalogue's measures"
    if not (fulfilment.keepa or judged.efn) and _is_selected(judged.charges.category):
        yield f"the FBA fee of selected categories in {store} is not known: the usual table stands in"
    if fulfilment.unsure_peak:
        yield f"the fulfilment fee of the festive peak in {store} is not known"
    if not judged.efn and _may_be_low(fulfilment, judged):
        yield f"the fulfilment fee of low prices in {store} is not known"


def _of_storage(judged: Judged) -> Iterator[str]:
    storing, goods = judged.terms.sale.storing, judged.charges.goods
    cell = storing.of(goods.storage) if storing and goods else None
    if storing and isinstance(cell, Cell) and cell.confidence in DOUBTFUL:
        yield f"the price of storage in {storing.store} is not certain"


def _is_selected(category: Category | None) -> bool:
    """Whether goods of a root are likely to have the fees of selected categories."""
    if category is None:
        return False
    return category.storage == CLOTHING or not SELECTED.isdisjoint(category.fee_categories)


def _may_be_low(fulfilment: FulfilmentCharge, judged: Judged) -> bool:
    """Whether the sale lies on the other side of the low-price limit than the price that the fee is for."""
    limit, reference = fulfilment.limit, judged.charges.reference
    if not fulfilment.unsure_low or limit is None:
        return False
    at_keepa = reference is not None and fulfilment.keepa and reference <= limit
    return (judged.sale <= limit) != at_keepa


def _of_goods(judged: Judged) -> Iterator[str]:
    sides = ((judged.source, judged.category), (judged.target, judged.charges.category))
    for listing, category in sides:
        if category is None:
            yield f"the tax class of {_shown(listing.category)} in {listing.marketplace} is not known: standard VAT"
        elif category.tax_class == UNKNOWN_CLASS:
            yield f"{category.name} holds goods of several VAT rates: standard VAT"
        elif category.confidence in DOUBTFUL:
            yield f"what {category.name} means for VAT is not certain"


def warnings_of(judged: Judged) -> Iterator[str]:
    """Sentences about figures of Keepa's that the tables would give differently."""
    charges, store = judged.charges, judged.target.marketplace
    fba, reference = charges.fba, charges.reference
    if not (judged.efn or judged.own) and fba.keepa and fba.tabled is not None and reference is not None:
        known = fba.low if fba.low is not None and fba.limit and reference <= fba.limit else fba.standard
        tabled = (
            fba.tabled if known == fba.standard or fba.low is None else fba.tabled - ((fba.standard or 0) - fba.low)
        )
        yield from _apart(f"FBA fee in {store}", known, tabled)
    referral = charges.referral
    if referral.rate is not None and referral.expected and reference is not None:
        known = (2 * reference * referral.rate + PPM) // (2 * PPM)
        yield from _apart(f"referral fee in {store} at {money(reference)}", known, referral.expected.fee(reference))


def _apart(name: str, known: int | None, tabled: int) -> Iterator[str]:
    if known is None:
        return
    difference = abs(known - tabled)
    if difference > APART or difference * APART_SHARE > known:
        yield f"{name}: Keepa says {money(known)}, the tables {money(tabled)}"


def _shown(category: str) -> str:
    """A category's name as text from outside may be shown: printable, and not long."""
    name = "".join(letter for letter in category if letter.isprintable())[:LONGEST_NAME]
    return f"the category {name}" if name else "a product without category"


def _plain(name: str) -> str:
    return name.replace("_", " ")
