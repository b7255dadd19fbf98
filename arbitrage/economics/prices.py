"""What the economics reads of a listing: which price counts, and which of Keepa's fees can be used."""

from typing import Protocol

from arbitrage.economics.rates import PPM

LARGEST = 2**31 - 1
"""No price may be larger, in minor units: Keepa's own limit, and what keeps the kernel's products inside 64 bits."""


class PricedListing(Protocol):
    """What the economics reads of a listing; `products.models.Listing` is one. Minor units, mm, g, or None."""

    @property
    def marketplace(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def source_minute(self) -> int: ...
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
    @property
    def package_length(self) -> int | None: ...
    @property
    def package_width(self) -> int | None: ...
    @property
    def package_height(self) -> int | None: ...
    @property
    def package_weight(self) -> int | None: ...
    @property
    def is_hazmat(self) -> bool | None: ...


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
    """Keepa's closing fee; 0 where it names none. Amazon charges it for media alone (economics.md 3.2)."""
    return _payable(listing.closing_fee) or 0


def _payable(amount: int | None) -> int | None:
    return amount if amount is not None and 0 < amount <= LARGEST else None


def _least(*amounts: int | None) -> int | None:
    return min((amount for amount in map(_payable, amounts) if amount is not None), default=None)
