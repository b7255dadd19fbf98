"""What a seller profile means for one route: which VAT on the purchase, which on the sale, who ships (economics.md 1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from arbitrage.economics.missing import Missing


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


@dataclass(frozen=True)
class Profile:
    """A seller profile as a value. Amounts are EUR cents a unit without VAT; rates ppm; ratios basis points.

    `freight` and `brokerage` are None when the seller has not said what a UK border costs.
    """

    name: str
    country: str = "DE"
    registrations: frozenset[str] = frozenset({"DE"})
    regime: Regime = Regime.VAT_REGISTERED
    purchase_vat: Mapping[str, PurchaseVat] = field(default_factory=dict)
    fulfilment: Fulfilment = Fulfilment.FBA_LOCAL
    inbound: int = 0
    prep: int = 0
    storage: int = 0
    freight: int | None = None
    brokerage: int | None = None
    fx_spread: int = 0
    min_roi: int = 1500
    min_profit: int = 300
    target_roi: int = 2000


@dataclass(frozen=True, slots=True)
class RoutePlan:
    """How a profile trades from `source` to `target`; complete when nothing is missing."""

    source: str
    target: str
    purchase: PurchaseVat
    sale: SaleVat
    fulfilment: Fulfilment
    crosses_border: bool
    missing: tuple[Missing, ...] = ()


def plan_route(profile: Profile, source: str, target: str) -> RoutePlan:
    """The plan of one directed pair. Pure; raises KeyError for an unknown marketplace."""
    raise NotImplementedError
