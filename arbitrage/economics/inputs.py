"""From two listings to the inputs of a flip. Pages, commands, the detector and the API all come through here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from arbitrage.economics.missing import NO_BUY_PRICE, NO_SALE_PRICE, Incomplete, Missing
from arbitrage.economics.profiles import Profile
from arbitrage.economics.rates import PPM, RateBook
from arbitrage.economics.terms import Terms
from arbitrage.economics.termsheet import terms_for

LARGEST = 2**31 - 1
"""No price may be larger, in minor units: Keepa's own limit, and what keeps the kernel's products inside 64 bits."""


class PricedListing(Protocol):
    """What the economics reads of a listing; `products.models.Listing` is one. Minor units, or None."""

    @property
    def marketplace(self) -> str: ...
    @property
    def amazon(self) -> int | None: ...
    @property
    def new(self) -> int | None: ...
    @property
    def buy_box(self) -> int | None: ...
    @property
    def buybox_minute(self) -> int | None: ...
    @property
    def median_90(self) -> int | None: ...
    @property
    def p25_30(self) -> int | None: ...
    @property
    def referral_rate(self) -> int | None: ...
    @property
    def fba_fee(self) -> int | None: ...
    @property
    def closing_fee(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class FlipInputs:
    """Everything one flip needs. `buy` is minor units of the source's currency, the other amounts of the target's.

    `sale` is the price the flip is judged at; `reference` the current one. `referral` is ppm of the sale price.
    `estimates` says why the result is only an estimate; empty when it is not.
    """

    terms: Terms
    buy: int
    sale: int
    referral: int
    fba: int
    closing: int = 0
    reference: int | None = None
    estimates: tuple[str, ...] = ()

    @property
    def is_estimate(self) -> bool:
        """Whether a default stands for something unknown."""
        return bool(self.estimates)


def buy_price(listing: PricedListing) -> int | None:
    """The lowest in-stock landed price of NEW and AMAZON at the source."""
    return _least(listing.new, listing.amazon)


def reference_price(listing: PricedListing) -> int | None:
    """The buy box where it was ever asked (None when nobody has it), else NEW."""
    return _payable(listing.new if listing.buybox_minute is None else listing.buy_box)


def conservative_price(listing: PricedListing) -> int | None:
    """The price a flip is judged at: the least of reference, its median of 90 days and its P25 of 30 days."""
    reference = reference_price(listing)
    return None if reference is None else _least(reference, listing.median_90, listing.p25_30)


def referral_rate(listing: PricedListing) -> int | None:
    """Keepa's referral rate as it stands, ppm; None when absent or impossible."""
    rate = listing.referral_rate
    return rate if rate is not None and 0 <= rate <= PPM else None


def fulfilment_fee(listing: PricedListing) -> int | None:
    """Keepa's FBA fee. Zero is Keepa's word for "no valid dimensions", so it counts as missing (economics.md 3.5)."""
    return _payable(listing.fba_fee)


def closing_fee(listing: PricedListing) -> int:
    """Keepa's closing fee. Amazon charges it for media alone, so an absent one is none (economics.md 3.2)."""
    return _payable(listing.closing_fee) or 0


def flip_inputs(source: PricedListing, target: PricedListing, terms: Terms | Incomplete) -> FlipInputs | Incomplete:
    """Put two listings into terms already built; what is missing on either side is named."""
    buy, sale = buy_price(source), conservative_price(target)
    referral, fba = referral_rate(target), fulfilment_fee(target)
    if isinstance(terms, Incomplete) or buy is None or sale is None or referral is None or fba is None:
        named = terms.missing if isinstance(terms, Incomplete) else ()
        missing = (*_missing(source.marketplace, target.marketplace, buy, sale, referral, fba), *named)
        return Incomplete(source.marketplace, target.marketplace, missing)
    asked = () if target.buybox_minute is not None else (f"the buy box in {target.marketplace} was never asked",)
    return FlipInputs(
        terms=terms,
        buy=buy,
        sale=sale,
        referral=referral,
        fba=fba,
        closing=closing_fee(target),
        reference=reference_price(target),
        estimates=(*asked, *terms.estimates),
    )


def build_inputs(
    source: PricedListing, target: PricedListing, profile: Profile, rates: RateBook, now: datetime
) -> FlipInputs | Incomplete:
    """The inputs of one flip if it were sold on the day of `now` (UTC)."""
    return flip_inputs(source, target, terms_for(profile, rates, source.marketplace, target.marketplace, now.date()))


def _missing(
    source: str, target: str, buy: int | None, sale: int | None, referral: int | None, fba: int | None
) -> Iterator[Missing]:
    if buy is None:
        yield Missing(NO_BUY_PRICE, f"a price to buy at in {source}")
    if sale is None:
        yield Missing(NO_SALE_PRICE, f"a price to sell at in {target}")
    if referral is None:
        yield Missing("referral_fee", f"the referral fee in {target}")
    if fba is None:
        yield Missing("fba_fee", f"the FBA fee in {target}")


def _payable(amount: int | None) -> int | None:
    return amount if amount is not None and 0 < amount <= LARGEST else None


def _least(*amounts: int | None) -> int | None:
    return min((amount for amount in map(_payable, amounts) if amount is not None), default=None)
