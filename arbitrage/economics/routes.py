"""What a profile means for one route: VAT on the purchase and on the sale, who ships (economics.md 1.3, 1.4)."""

from collections.abc import Iterator
from dataclasses import dataclass

from arbitrage.economics.missing import Missing
from arbitrage.economics.profiles import Fulfilment, Profile, PurchaseVat, Regime, SaleVat
from arbitrage.economics.turnover import passed
from products.marketplaces import MARKETPLACES

UK = "UK"


@dataclass(frozen=True, slots=True)
class RoutePlan:
    """How a profile trades from `source` to `target`; complete when nothing is missing.

    `is_estimate`: the seller's one duty rate stands for the product's own. `stock` is where goods lie.
    """

    source: str
    target: str
    purchase: PurchaseVat
    sale: SaleVat
    fulfilment: Fulfilment
    crosses_border: bool
    stock: str
    missing: tuple[Missing, ...] = ()
    is_estimate: bool = False


def plan_route(profile: Profile, source: str, target: str) -> RoutePlan:
    """The plan of one directed pair. Raises KeyError for an unknown marketplace."""
    crosses = MARKETPLACES[source].in_eu != MARKETPLACES[target].in_eu
    purchase = profile.purchase_vat.get(source) or _usual_purchase(profile, source, crosses=crosses)
    fulfilment = _fulfilment(profile, target)
    missing = (
        *_regime_missing(profile, target, fulfilment),
        *_sale_missing(profile, target, fulfilment),
        *_purchase_missing(profile, source, target, purchase, crosses=crosses),
        *(_border_missing(profile) if crosses else ()),
    )
    return RoutePlan(
        source=source,
        target=target,
        purchase=purchase,
        sale=_sale_vat(profile, target, fulfilment),
        fulfilment=fulfilment,
        crosses_border=crosses,
        stock=target if fulfilment is Fulfilment.FBA_LOCAL else profile.country,
        missing=missing,
        is_estimate=crosses and profile.duty is not None,
    )


def _fulfilment(profile: Profile, target: str) -> Fulfilment:
    """Local stock needs a registration; where there is none the goods stay at home and are sent as the profile says."""
    if profile.fulfilment is Fulfilment.FBM:
        return Fulfilment.FBM
    if target == profile.country:
        return Fulfilment.FBA_LOCAL
    if _may_store(profile, target) or not _may_send(profile, target):
        return profile.fulfilment
    return profile.unregistered


def _may_store(profile: Profile, target: str) -> bool:
    """Whether goods may lie in the target: with a VAT registration there, or the small business scheme of the EU."""
    if profile.regime is Regime.SMALL_BUSINESS:
        return profile.eu_small_business
    return target in profile.registrations or profile.regime is Regime.MARGIN_SCHEME


def _may_send(profile: Profile, target: str) -> bool:
    """Whether goods at home reach a target without customs, and the seller may store and tax them at home."""
    at_home = profile.country in profile.registrations or profile.regime is Regime.SMALL_BUSINESS
    return at_home and profile.country in MARKETPLACES and not _leaves_union(profile, target)


def _leaves_union(profile: Profile, target: str) -> bool:
    """Whether goods in the seller's country cross the UK border on their way to the buyer."""
    home = MARKETPLACES.get(profile.country)
    return MARKETPLACES[target].in_eu != (home is None or home.in_eu)


def _usual_purchase(profile: Profile, source: str, *, crosses: bool) -> PurchaseVat:
    """What the invoice says when the profile does not."""
    if profile.regime is Regime.MARGIN_SCHEME:
        return PurchaseVat.GROSS_NOT_RECOVERABLE
    if crosses:
        return PurchaseVat.EXPORT_ZERO_RATED
    if profile.regime is Regime.SMALL_BUSINESS:
        return PurchaseVat.GROSS_NOT_RECOVERABLE
    if source != profile.country and _has_foreign_number(profile, source):
        return PurchaseVat.NET_INTRA_EU
    if source in profile.registrations:
        return PurchaseVat.DOMESTIC_DEDUCTIBLE
    return PurchaseVat.GROSS_NOT_RECOVERABLE


def _has_foreign_number(profile: Profile, source: str) -> bool:
    """Whether the buyer can show a VAT number of a member state other than the source."""
    return bool(profile.registrations - {source, UK})


def _sale_vat(profile: Profile, target: str, fulfilment: Fulfilment) -> SaleVat:
    if profile.regime is Regime.SMALL_BUSINESS:
        return SaleVat.EXEMPT_SME
    if (profile.country == UK) != (target == UK):
        return SaleVat.MARKETPLACE_COLLECTS
    if fulfilment is Fulfilment.FBA_LOCAL or target == profile.country:
        return SaleVat.DOMESTIC
    return SaleVat.OSS if profile.uses_oss else SaleVat.ORIGIN_BELOW_THRESHOLD


def _regime_missing(profile: Profile, target: str, fulfilment: Fulfilment) -> Iterator[Missing]:
    """Why the profile's tax treatment does not hold for a sale in the target, if it does not."""
    abroad = target != profile.country
    if profile.regime is Regime.MARGIN_SCHEME and abroad:
        yield Missing("margin_scheme", f"a sale in {profile.country}: the margin scheme is priced for no other country")
    if profile.regime is Regime.SMALL_BUSINESS and abroad:
        yield from _small_abroad(profile, target, fulfilment)
    exempt_or_sent = profile.eu_small_business or fulfilment is not Fulfilment.FBA_LOCAL
    for limit in passed(profile, abroad=abroad and exempt_or_sent):
        yield Missing("turnover", f"another tax treatment: {limit} is passed")


def _small_abroad(profile: Profile, target: str, fulfilment: Fulfilment) -> Iterator[Missing]:
    """Sent from home below the threshold a sale counts as one at home; otherwise the EU scheme must exempt it."""
    if _leaves_union(profile, target):
        yield Missing(
            "sme_scheme", f"another tax regime: no small business scheme of {profile.country} holds in {target}"
        )
    elif not profile.eu_small_business and (fulfilment is Fulfilment.FBA_LOCAL or profile.uses_oss):
        yield Missing("sme_scheme", f"the small business scheme of the EU for {target}")


def _sale_missing(profile: Profile, target: str, fulfilment: Fulfilment) -> Iterator[Missing]:
    """What the way of the goods to the buyer needs."""
    local, taxed = fulfilment is Fulfilment.FBA_LOCAL, profile.regime is Regime.VAT_REGISTERED
    stock = target if local else profile.country
    if taxed and stock not in profile.registrations:
        yield Missing("vat_registration", f"VAT registration in {stock}")
    if not local and _leaves_union(profile, target):
        way = "EFN" if fulfilment is Fulfilment.FBA_EFN else "own shipping"
        yield Missing("stock", f"local stock: {way} between the UK and the EU is not priced")
    if fulfilment is Fulfilment.FBA_EFN and profile.country not in MARKETPLACES:
        yield Missing("efn_fee", f"the EFN fee for stock in {profile.country} sold in {target}")


def _purchase_missing(
    profile: Profile, source: str, target: str, purchase: PurchaseVat, *, crosses: bool
) -> Iterator[Missing]:
    """Why a purchase mode cannot be priced on this route, if it cannot."""
    if profile.regime is Regime.MARGIN_SCHEME and purchase is not PurchaseVat.PRIVATE_NO_VAT:
        yield Missing("margin_scheme", f"goods from {source} bought without a VAT invoice, for the margin scheme")
    if profile.regime is Regime.MARGIN_SCHEME and crosses:
        yield Missing("margin_scheme", "another tax regime: the margin scheme is not priced across the UK border")
    if purchase is PurchaseVat.DOMESTIC_DEDUCTIBLE and profile.regime is Regime.SMALL_BUSINESS:
        yield Missing("purchase_vat", "another purchase VAT: a small business deducts none")
    elif purchase is PurchaseVat.DOMESTIC_DEDUCTIBLE and source not in profile.registrations:
        yield Missing("vat_registration", f"VAT registration in {source}")
    if purchase is PurchaseVat.NET_INTRA_EU and not crosses and not _has_foreign_number(profile, source):
        yield Missing("vat_registration", f"VAT registration in a member state other than {source}")
    if not _fits(purchase, crosses=crosses):
        yield Missing("purchase_vat", f"a purchase VAT that fits {source} to {target}, instead of {purchase}")


def _fits(purchase: PurchaseVat, *, crosses: bool) -> bool:
    if crosses:
        return purchase not in {PurchaseVat.NET_INTRA_EU, PurchaseVat.GROSS_DELIVERY_VAT}
    return purchase is not PurchaseVat.EXPORT_ZERO_RATED


def _border_missing(profile: Profile) -> Iterator[Missing]:
    if profile.freight is None:
        yield Missing("freight", "freight to the UK border")
    if profile.brokerage is None:
        yield Missing("brokerage", "customs brokerage")
