"""From two listings to the inputs of a flip. Pages, commands, the detector and the API all come through here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from arbitrage.economics.missing import Incomplete
from arbitrage.economics.profiles import Profile
from arbitrage.economics.rates import RateBook
from arbitrage.economics.terms import Terms

LARGEST = 2**31 - 1
"""No price may be larger, in minor units: Keepa's own limit, and what keeps the kernel's products inside 64 bits."""


class PricedListing(Protocol):
    """What the economics reads of a listing; `products.models.Listing` is one. Minor units, or None."""

    marketplace: str
    amazon: int | None
    new: int | None
    buy_box: int | None
    buybox_minute: int | None
    median_90: int | None
    p25_30: int | None
    referral_rate: int | None
    fba_fee: int | None
    closing_fee: int | None


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


def buy_price(listing: PricedListing) -> int | None:
    """The lowest in-stock landed price of NEW and AMAZON at the source."""
    raise NotImplementedError


def reference_price(listing: PricedListing) -> int | None:
    """The buy box where it was ever asked (None when nobody has it), else NEW."""
    raise NotImplementedError


def conservative_price(listing: PricedListing) -> int | None:
    """The price a flip is judged at: the least of reference, its median of 90 days and its P25 of 30 days."""
    raise NotImplementedError


def flip_inputs(source: PricedListing, target: PricedListing, terms: Terms | Incomplete) -> FlipInputs | Incomplete:
    """Put two listings into terms already built; what is missing on either side is named."""
    raise NotImplementedError


def build_inputs(
    source: PricedListing, target: PricedListing, profile: Profile, rates: RateBook, now: datetime
) -> FlipInputs | Incomplete:
    """The inputs of one flip if it were sold on the day of `now`."""
    raise NotImplementedError
