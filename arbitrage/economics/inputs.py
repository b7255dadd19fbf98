"""From two listings to the inputs of a flip. Pages, commands, the detector and the API all come through here."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from arbitrage.economics.charges import Charges, FulfilmentCharge, charges_of, missing_of
from arbitrage.economics.interned import goods_of
from arbitrage.economics.missing import NO_BUY_PRICE, NO_SALE_PRICE, Incomplete, Missing
from arbitrage.economics.prices import (
    LARGEST,
    PricedListing,
    buy_price,
    closing_fee,
    conservative_price,
    fulfilment_fee,
    reference_price,
    referral_rate,
)
from arbitrage.economics.profiles import Fulfilment, Profile
from arbitrage.economics.rates import PPM, RateBook
from arbitrage.economics.storage import STANDARD, Stored
from arbitrage.economics.tables import Cell, DayTables
from arbitrage.economics.taxes import purchase_of, sale_of
from arbitrage.economics.terms import PurchaseTerms, SaleTerms, Terms
from arbitrage.economics.termsheet import terms_for
from arbitrage.economics.uncertainty import Judged, estimates_of, warnings_of
from arbitrage_site.clock import moment_of

__all__ = [
    "LARGEST",
    "FlipInputs",
    "PricedListing",
    "build_inputs",
    "buy_price",
    "closing_fee",
    "conservative_price",
    "flip_inputs",
    "fulfilment_fee",
    "reference_price",
    "referral_rate",
]


@dataclass(frozen=True, slots=True)
class FlipInputs:
    """Everything one flip needs. `buy` is minor units of the source's currency, the other amounts of the target's.

    `sale` is the price the flip is judged at; `reference` the current one. `referral` is ppm of the sale price,
    `fba` the fulfilment fee; where `charges` knows more, `referral_fee` and `fba_fee` follow the price over thresholds:
    at or below `limit` the fulfilment fee is `low`. `estimates` says why the result is only an estimate, empty when it
    is not; `warnings` where sources differ. `seen` are the days on which Keepa looked at source and target,
    `parcel` the packed weight (g) where the seller ships, `stored` what its storage is worked out from.
    """

    terms: Terms
    buy: int
    sale: int
    referral: int
    fba: int
    closing: int = 0
    reference: int | None = None
    estimates: tuple[str, ...] = ()
    low: int | None = None
    limit: int | None = None
    warnings: tuple[str, ...] = field(default=(), compare=False)
    charges: Charges | None = field(default=None, compare=False, repr=False)
    seen: tuple[date | None, date | None] = field(default=(None, None), compare=False)
    parcel: int | None = field(default=None, compare=False)
    stored: Stored | None = field(default=None, compare=False)

    @property
    def is_estimate(self) -> bool:
        """Whether a default stands for something unknown."""
        return bool(self.estimates)

    @property
    def is_low_price(self) -> bool:
        """Whether the fulfilment fee is the one of low prices."""
        return self.low is not None and self.limit is not None and self.sale <= self.limit

    @property
    def fba_fee(self) -> int:
        """The fulfilment fee at the sale price."""
        return self.low if self.is_low_price and self.low is not None else self.fba

    @property
    def least_referral(self) -> int:
        """The least referral fee; 0 where none is known."""
        minimum = self.charges.referral.minimum if self.charges else None
        return minimum.amount if isinstance(minimum, Cell) else 0

    @property
    def uses_rule(self) -> bool:
        """Whether the referral fee at the sale price is the fee category's, not Keepa's rate."""
        referral = self.charges.referral if self.charges else None
        return bool(referral and referral.rule and referral.rule.place(self.sale) != referral.home)

    @property
    def referral_fee(self) -> int:
        """The referral fee at the sale price."""
        rule = self.charges.referral.rule if self.charges else None
        if rule is not None and self.uses_rule:
            return max(rule.fee(self.sale), self.least_referral)
        return max((2 * self.sale * self.referral + PPM) // (2 * PPM), self.least_referral)


def flip_inputs(
    source: PricedListing, target: PricedListing, terms: Terms | Incomplete, tables: DayTables | None = None
) -> FlipInputs | Incomplete:
    """Put two listings into terms already built; what is missing on either side is named.

    `tables` are those of the terms unless the caller has others, as for columns of an earlier moment.
    """
    buy, sale = buy_price(source), conservative_price(target)
    used = tables or (terms.tables if isinstance(terms, Terms) else DayTables())
    charges = charges_of(target, used)
    if isinstance(terms, Incomplete) or buy is None or sale is None:
        return _incomplete(source, target, terms, buy, sale, charges)
    return _inputs(source, target, terms, used, buy, sale, charges)


def _inputs(
    source: PricedListing,
    target: PricedListing,
    terms: Terms,
    tables: DayTables,
    buy: int,
    sale: int,
    charges: Charges,
) -> FlipInputs | Incomplete:
    category = tables.category(source.category) if tables.loaded else None
    bought = goods_of(category)
    purchase, sold = purchase_of(terms, bought), sale_of(terms, charges.goods)
    stored = _stored(terms.sale, charges)
    efn, own = (terms.sale.fulfilment is way for way in (Fulfilment.FBA_EFN, Fulfilment.FBM))
    missing = (
        *missing_of(charges, efn=efn, own=own),
        *_missing_parcel(terms.sale, target),
        *(stored if isinstance(stored, tuple) else ()),
        *(() if isinstance(purchase, PurchaseTerms) else purchase),
        *(() if isinstance(sold, SaleTerms) else sold),
    )
    if missing or not isinstance(purchase, PurchaseTerms) or not isinstance(sold, SaleTerms):
        return Incomplete(source.marketplace, target.marketplace, tuple(dict.fromkeys(missing)))
    if isinstance(stored, Stored):
        sold = replace(sold, storage=stored.amount)
    fulfilment = charges.efn if efn else _parcel(terms.sale, target) if own else charges.fba
    extra = 0 if fulfilment.keepa else sold.no_cep
    judged = Judged(terms, source, target, category, bought, charges, sale, efn=efn, own=own)
    return FlipInputs(
        terms=_with_sides(terms, purchase, sold),
        buy=buy,
        sale=sale,
        referral=_rate(charges, sale),
        fba=(fulfilment.standard or 0) + extra,
        closing=charges.closing or 0,
        reference=reference_price(target),
        estimates=tuple(dict.fromkeys(estimates_of(judged))),
        low=None if efn or fulfilment.low is None else fulfilment.low + extra,
        limit=None if efn else fulfilment.limit,
        parcel=target.package_weight if own else None,
        stored=stored if isinstance(stored, Stored) else None,
        warnings=tuple(warnings_of(judged)),
        charges=charges if charges.tabled else None,
        seen=(_day(source), _day(target)),
    )


def _parcel(sale: SaleTerms, target: PricedListing) -> FulfilmentCharge:
    """Own shipping in the place of Amazon's fulfilment."""
    return FulfilmentCharge(sale.parcel(target.package_weight), keepa=False)


def _missing_parcel(sale: SaleTerms, target: PricedListing) -> Iterator[Missing]:
    """Why the seller's own parcel has no price, if it has none."""
    if sale.fulfilment is not Fulfilment.FBM or sale.parcel(target.package_weight) is not None:
        return
    if target.package_weight is None or target.package_weight <= 0:
        yield Missing("package_weight", f"the packed weight in {target.marketplace}")
    else:
        yield Missing("shipping", f"an own shipping price to {target.marketplace} for {target.package_weight} g")


def _stored(sale: SaleTerms, charges: Charges) -> Stored | tuple[Missing, ...] | None:
    """What storage by volume is worked out from, or what is missing for it; None where it is an amount."""
    if sale.storing is None:
        return None
    cell = sale.storing.of(charges.goods.storage if charges.goods else STANDARD)
    missing = [] if isinstance(cell, Cell) else [cell]
    if charges.volume is None:
        missing.append(Missing("package_volume", f"the packed measures in {charges.marketplace}, for storage"))
    if isinstance(cell, Cell) and charges.volume is not None:
        return Stored(charges.volume, cell, sale.storing.days)
    return tuple(missing)


def _with_sides(terms: Terms, purchase: PurchaseTerms, sale: SaleTerms) -> Terms:
    if purchase is terms.purchase and sale is terms.sale:
        return terms
    return replace(terms, purchase=purchase, sale=sale)


def _rate(charges: Charges, sale: int) -> int:
    """Keepa's rate, or the rule's at the sale price."""
    referral = charges.referral
    if referral.rate is not None or referral.rule is None:
        return referral.rate or 0
    return referral.rule.segments[referral.rule.place(sale)].rate


def _day(listing: PricedListing) -> date | None:
    return moment_of(listing.source_minute).date() if listing.source_minute else None


def build_inputs(
    source: PricedListing, target: PricedListing, profile: Profile, rates: RateBook, now: datetime
) -> FlipInputs | Incomplete:
    """The inputs of one flip if it were sold on the day of `now` (UTC)."""
    return flip_inputs(source, target, terms_for(profile, rates, source.marketplace, target.marketplace, now.date()))


def _incomplete(
    source: PricedListing,
    target: PricedListing,
    terms: Terms | Incomplete,
    buy: int | None,
    sale: int | None,
    charges: Charges,
) -> Incomplete:
    named = terms.missing if isinstance(terms, Incomplete) else ()
    way = terms.sale.fulfilment if isinstance(terms, Terms) else Fulfilment.FBA_LOCAL
    efn, own = (way is other for other in (Fulfilment.FBA_EFN, Fulfilment.FBM))
    prices = _missing_prices(source.marketplace, target.marketplace, buy, sale)
    missing = (*prices, *missing_of(charges, efn=efn, own=own), *named)
    return Incomplete(source.marketplace, target.marketplace, tuple(dict.fromkeys(missing)))


def _missing_prices(source: str, target: str, buy: int | None, sale: int | None) -> Iterator[Missing]:
    if buy is None:
        yield Missing(NO_BUY_PRICE, f"a price to buy at in {source}")
    if sale is None:
        yield Missing(NO_SALE_PRICE, f"a price to sell at in {target}")
