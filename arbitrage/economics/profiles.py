"""A seller profile as a value, and the words for its tax treatment (economics.md 1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class UnusableProfile(ValueError):
    """A profile that cannot price anything; the message says why and where to correct it."""


class Regime(StrEnum):
    """How the seller is taxed."""

    VAT_REGISTERED = "VAT_REGISTERED"
    SMALL_BUSINESS = "SMALL_BUSINESS"
    MARGIN_SCHEME = "MARGIN_SCHEME"


class PurchaseVat(StrEnum):
    """What the purchase invoice says, and whether its VAT comes back (economics.md 1.3)."""

    NET_INTRA_EU = "NET_INTRA_EU"
    DOMESTIC_DEDUCTIBLE = "DOMESTIC_DEDUCTIBLE"
    GROSS_NOT_RECOVERABLE = "GROSS_NOT_RECOVERABLE"
    GROSS_DELIVERY_VAT = "GROSS_DELIVERY_VAT"
    EXPORT_ZERO_RATED = "EXPORT_ZERO_RATED"
    PRIVATE_NO_VAT = "PRIVATE_NO_VAT"

    @property
    def is_net(self) -> bool:
        """Whether the source country's VAT is not part of the cost."""
        return self in {self.NET_INTRA_EU, self.DOMESTIC_DEDUCTIBLE, self.EXPORT_ZERO_RATED}

    @property
    def is_gross(self) -> bool:
        """Whether the listed price is the cost as it stands."""
        return self in {self.GROSS_NOT_RECOVERABLE, self.PRIVATE_NO_VAT}


class SaleVat(StrEnum):
    """Whose VAT the sale carries and who pays it (economics.md 1.4)."""

    DOMESTIC = "DOMESTIC"
    OSS = "OSS"
    ORIGIN_BELOW_THRESHOLD = "ORIGIN_BELOW_THRESHOLD"
    EXEMPT_SME = "EXEMPT_SME"
    MARKETPLACE_COLLECTS = "MARKETPLACE_COLLECTS"


class Fulfilment(StrEnum):
    """Which fulfilment fee applies."""

    FBA_LOCAL = "FBA_LOCAL"
    FBA_EFN = "FBA_EFN"
    FBM = "FBM"


@dataclass(frozen=True, slots=True)
class Returns:
    """What a seller expects of returns (economics.md 1.7). Shares are ppm, `handling` minor units a return.

    `rate` is the probability of a return, `resaleable` the share sold again as new, `salvage` what the rest still
    brings, as a share of the landed cost.
    """

    rate: int
    resaleable: int = 0
    salvage: int = 0
    handling: int = 0


@dataclass(frozen=True, slots=True)
class Turnover:
    """What a seller says of its turnover, EUR cents, None where it does not: last year and this year at home, and
    this year's sales to consumers in other member states."""

    prior: int | None = None
    current: int | None = None
    abroad: int | None = None


@dataclass(frozen=True, slots=True)
class ShippingBand:
    """A parcel of at most `up_to` g to `target` costs `amount` EUR cents, on the days given (both inclusive)."""

    target: str
    up_to: int
    amount: int
    valid_from: date
    valid_to: date | None = None

    def holds(self, on: date) -> bool:
        """Whether this price applies on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True)
class Profile:
    """A seller profile as a value. Amounts are EUR cents a unit without VAT; rates ppm; ratios basis points.

    `freight`, `brokerage` and `duty` are None while the seller has not said what a UK border costs; `returns` is None
    while no return rate is set. `uses_oss` says which VAT a sale shipped from another member state carries;
    `cep_enrolled` whether FBA in DE has the price of the Central Europe Programme. `unregistered` is how goods reach a
    country whose VAT registration is missing; `shipping` what the seller's own parcels cost. With
    `postponed_accounting` import VAT ties up no cash. `storage` is an amount, or None: by volume for `storage_days`.
    """

    name: str
    country: str = "DE"
    registrations: frozenset[str] = frozenset({"DE"})
    regime: Regime = Regime.VAT_REGISTERED
    purchase_vat: Mapping[str, PurchaseVat] = field(default_factory=dict)
    fulfilment: Fulfilment = Fulfilment.FBA_LOCAL
    unregistered: Fulfilment = Fulfilment.FBA_EFN
    shipping: tuple[ShippingBand, ...] = ()
    uses_oss: bool = True
    inbound: int = 0
    prep: int = 0
    storage: int | None = 0
    storage_days: int = 30
    freight: int | None = None
    brokerage: int | None = None
    duty: int | None = None
    fx_spread: int = 0
    cep_enrolled: bool = True
    individual_plan: bool = False
    postponed_accounting: bool = False
    eu_small_business: bool = False
    turnover: Turnover = Turnover()
    returns: Returns | None = None
    min_roi: int = 1500
    min_profit: int = 300
    target_roi: int = 2000
