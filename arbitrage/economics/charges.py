"""Amazon's charges on a listing as a place to sell: Keepa's figure where there is one, corrected, else the tables.

Order of trust (economics.md 3.5): Keepa's fee of the product, at Keepa's price; moved to another price by the tables'
own difference; else the tables by category and package; else missing, and named. Nothing here depends on the price of
the sale, so that one answer serves every price.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from arbitrage.economics.interned import STANDARD_CLASS, Goods, goods_of
from arbitrage.economics.missing import Missing
from arbitrage.economics.prices import PricedListing, closing_fee, fulfilment_fee, reference_price, referral_rate
from arbitrage.economics.referral import ReferralRule
from arbitrage.economics.sizes import Package, Tier, package_of, tier_of
from arbitrage.economics.storage import group_of, volume_of
from arbitrage.economics.tables import Category, Cell, DayTables, charge
from products.marketplaces import MARKETPLACES

AGREES_WITHIN = 5_000
"""ppm of the price by which Keepa's rate may differ from a rule's and still be that rule (it may contain the
digital services fee: economics.md 9.5)."""
LOW_PRICE_TIERS = frozenset({"light_envelope", "standard_envelope", "large_envelope", "xl_envelope"})
LOW_PRICE_PARCEL, LOW_PRICE_WEIGHT = "small_parcel", 400
PEAK_TIERS = frozenset({"large_envelope", "xl_envelope", "small_parcel", "standard_parcel"})
CLOTHING = "clothing"
GENERAL_LIMIT = frozenset({"home_products", "furniture"})
"""Fee categories of a root with kitchen goods that have the general low-price limit all the same."""
HEAVY_TIERS = frozenset({"heavy", "special"})


@dataclass(frozen=True, slots=True)
class Referral:
    """`rate` is Keepa's (ppm). `rule` is the fee category's where Keepa's rate fits it or is missing.

    In segment `home` of the rule (0 without one) Keepa's rate is in force, in the others the rule's; None: nowhere.
    `rivals` are other categories that fit Keepa's rate as well; `expected` is the rule that the category leads to.
    """

    rate: int | None
    rule: ReferralRule | None = None
    home: int | None = 0
    minimum: Cell | Missing | None = None
    rivals: tuple[ReferralRule, ...] = ()
    expected: ReferralRule | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class FulfilmentCharge:
    """The FBA fee above the low-price limit, and at or below it where that differs (`low`, `limit`), minor units.

    `cell` is the tables' figure for the package, `keepa` whether the fees are Keepa's. `unsure_low`: whether the low
    price applies, or at which amount, is not known. `unsure_peak`: the peak's amount was not found. `hazmat`: the
    tables' figures hold the surcharge on dangerous goods.
    """

    standard: int | None
    low: int | None = None
    limit: int | None = None
    keepa: bool = True
    cell: Cell | None = None
    tabled: int | None = None
    tier: Tier | None = None
    unsure_low: bool = False
    unsure_peak: bool = False
    hazmat: bool = False


@dataclass(frozen=True, slots=True)
class Charges:
    """All charges of a listing. `fba` is for local stock, `efn` for stock in another country; `closing` None: missing.

    `reference` is the price at which Keepa's figures hold, `volume` the packed one in mm3. Not `tabled`: no tables are
    in use.
    """

    marketplace: str
    referral: Referral
    fba: FulfilmentCharge
    efn: FulfilmentCharge
    closing: int | None
    goods: Goods | None = None
    category: Category | None = None
    package: Package | None = None
    reference: int | None = None
    closing_cell: Cell | None = None
    volume: int | None = None
    tabled: bool = True


def charges_of(listing: PricedListing, tables: DayTables) -> Charges:
    """What Amazon charges for a sale on this listing, on the day of the tables."""
    if not tables.loaded:
        return _as_keepa_says(listing)
    store, reference = listing.marketplace, reference_price(listing)
    category = tables.category(listing.category)
    package = package_of(listing.package_length, listing.package_width, listing.package_height, listing.package_weight)
    tier = tier_of(package, tables.tiers) if package else None
    closing = closing_fee(listing)
    cell = tables.cell("closing", store, "media") if not closing and category and category.media else None
    is_missing = not closing and category is not None and category.media and cell is None
    referral = _referral(listing, tables, category, reference, tier)
    rule = referral.expected if referral.confirmed else None
    general = rule is not None and rule.category in GENERAL_LIMIT
    return Charges(
        marketplace=store,
        referral=referral,
        fba=_local(listing, tables, category, reference, package, tier, general=general),
        efn=_efn(listing, tables, package, tier),
        closing=None if is_missing else cell.amount if cell else closing,
        goods=_goods(listing, category, tier),
        category=category,
        package=package,
        reference=reference,
        closing_cell=cell,
        volume=volume_of(listing),
    )


def _as_keepa_says(listing: PricedListing) -> Charges:
    return Charges(
        marketplace=listing.marketplace,
        referral=Referral(referral_rate(listing), confirmed=True),
        fba=FulfilmentCharge(fulfilment_fee(listing)),
        efn=FulfilmentCharge(None, keepa=False),
        closing=closing_fee(listing),
        volume=volume_of(listing),
        tabled=False,
    )


def _goods(listing: PricedListing, category: Category | None, tier: Tier | None) -> Goods:
    """What decides VAT and storage; a category that means nothing counts as standard, and makes an estimate."""
    goods = goods_of(category) or Goods(STANDARD_CLASS, "")
    return goods._replace(storage=group_of(category, tier, hazmat=bool(listing.is_hazmat)))


def _referral(
    listing: PricedListing, tables: DayTables, category: Category | None, reference: int | None, tier: Tier | None
) -> Referral:
    store = listing.marketplace
    rate, currency = referral_rate(listing), MARKETPLACES[listing.marketplace].currency
    candidates = category.fee_categories if category else ()
    rules = [rule for name in candidates if (rule := tables.referral.get((name, currency)))]
    expected = tables.referral.get((candidates[0], currency)) if candidates else None
    heavy = tier.name if tier and tier.name in HEAVY_TIERS else ""
    minimum = tables.cell("minimum", store, heavy) or tables.amount("minimum", store, "", "least referral fee")
    if rate is None:
        return Referral(None, expected, None, minimum, expected=expected)
    fitting = [rule for rule in rules if reference and _fits(rule, rate, reference)]
    if not fitting or reference is None:
        return Referral(rate, minimum=minimum, expected=expected)
    rule = fitting[0]
    if rule.is_flat:
        return Referral(rate, None, 0, minimum, tuple(fitting[1:]), rule, confirmed=True)
    place = rule.place(reference)
    home = None if rule.segments[place].base else place
    return Referral(rate, rule, home, minimum, tuple(fitting[1:]), rule, confirmed=True)


def _fits(rule: ReferralRule, rate: int, price: int) -> bool:
    """Whether a rule takes about this share of a price."""
    part = rule.segments[rule.place(price)]
    return abs(price * part.rate + part.base - price * rate) <= AGREES_WITHIN * price


def _local(
    listing: PricedListing,
    tables: DayTables,
    category: Category | None,
    reference: int | None,
    package: Package | None,
    tier: Tier | None,
    *,
    general: bool,
) -> FulfilmentCharge:
    store, known = listing.marketplace, fulfilment_fee(listing)
    special = category is None or (category.low_price_special and not general)
    limit = tables.cell("low_price_limit", store, "special" if special else "")
    if package is None or tier is None:
        return FulfilmentCharge(known, None, limit.amount if limit else None, known is not None, unsure_low=True)
    weight = tier.billed(package)
    usual = tables.cell("fba_local", store, tier.name, weight)
    usual_fee = charge(usual, weight) if usual else None
    low = _low(tables, store, tier, weight)
    unsure = low is None and _qualifies(tier, weight)
    peak, unsure_peak = _peak(tables, "fba_peak", "local", store, tier, weight)
    if category is not None and category.storage == CLOTHING:
        peak, unsure_peak = None, False
    cell = peak or usual
    extra = _hazmat(listing, tables)
    tabled = charge(cell, weight) + extra if cell else None
    own_low = None if low is None else low + extra
    standard, reduced = (tabled, own_low) if known is None else _moved(known, usual_fee, low, reference, limit)
    return FulfilmentCharge(
        standard=standard,
        low=reduced,
        limit=limit.amount if limit else None,
        keepa=known is not None,
        cell=cell,
        tabled=tabled,
        tier=tier,
        unsure_low=unsure,
        unsure_peak=unsure_peak and known is None,
        hazmat=extra > 0,
    )


def _hazmat(listing: PricedListing, tables: DayTables) -> int:
    """The surcharge on a unit of dangerous goods, minor units; 0 for other goods."""
    cell = tables.cell("hazmat", listing.marketplace) if listing.is_hazmat else None
    return cell.amount if cell else 0


def _low(tables: DayTables, store: str, tier: Tier, weight: int) -> int | None:
    cell = tables.cell("fba_low_price", store, tier.name, weight)
    return cell.amount if cell else None


def _qualifies(tier: Tier, weight: int) -> bool:
    """Whether low-price FBA takes such a package at all."""
    return tier.name in LOW_PRICE_TIERS or (tier.name == LOW_PRICE_PARCEL and weight <= LOW_PRICE_WEIGHT)


def _moved(
    known: int, usual: int | None, low: int | None, reference: int | None, limit: Cell | None
) -> tuple[int, int | None]:
    """Keepa's fee above and below the limit: on Keepa's own side as it is, on the other moved by the difference."""
    if usual is None or low is None or reference is None or limit is None:
        return known, None
    if reference <= limit.amount:
        return known + usual - low, known
    return known, max(known - (usual - low), 1)


def _efn(listing: PricedListing, tables: DayTables, package: Package | None, tier: Tier | None) -> FulfilmentCharge:
    store, extra = listing.marketplace, _hazmat(listing, tables)
    if package is None or tier is None or not MARKETPLACES[store].in_eu:
        return FulfilmentCharge(None, keepa=False, tier=tier)
    weight = tier.billed(package)
    usual = tables.cell("efn", "", tier.name, weight)
    peak, unsure_peak = _peak(tables, "efn_peak", "efn", "", tier, weight)
    cell = peak or usual
    fee = charge(cell, weight) + extra if cell else None
    return FulfilmentCharge(
        fee, keepa=False, cell=cell, tabled=fee, tier=tier, unsure_peak=unsure_peak, hazmat=extra > 0
    )


def _peak(tables: DayTables, kind: str, season: str, store: str, tier: Tier, weight: int) -> tuple[Cell | None, bool]:
    """The peak's cell on a day of the peak, and whether there should be one that was not found."""
    if tier.name not in PEAK_TIERS or tables.cell("peak_season", store, season) is None:
        return None, False
    cell = tables.cell(kind, store, tier.name, weight)
    exact = cell if cell and (kind != "efn_peak" or _same_step(tables, tier, weight, cell)) else None
    return exact, exact is None


def _same_step(tables: DayTables, tier: Tier, weight: int, cell: Cell) -> bool:
    """A peak's cell of one weight step stands for no lighter one."""
    usual = tables.cell("efn", "", tier.name, weight)
    return usual is not None and usual.up_to == cell.up_to


def missing_of(charges: Charges, *, efn: bool, own: bool = False) -> Iterator[Missing]:
    """What keeps a sale on this listing from being priced; `own`: the seller ships, Amazon's fee does not matter."""
    store, referral = charges.marketplace, charges.referral
    if referral.rate is None and referral.rule is None:
        yield Missing("referral_fee", f"the referral fee in {store}")
    if isinstance(referral.minimum, Missing):
        yield referral.minimum
    fulfilment = charges.efn if efn else charges.fba
    if fulfilment.standard is None and not own:
        what = f"the EFN fee for a sale in {store}" if efn else f"the FBA fee in {store}"
        yield Missing("efn_fee" if efn else "fba_fee", what + _why(charges, fulfilment))
    if charges.closing is None:
        yield Missing("closing_fee", f"the closing fee of media in {store}")


def _why(charges: Charges, fulfilment: FulfilmentCharge) -> str:
    """Why the tables have no fee either; nothing where they are not in use."""
    if not charges.tabled:
        return ""
    if charges.package is None:
        return " (the package has no measures)"
    tier = fulfilment.tier.name.replace("_", " ") if fulfilment.tier else "unknown size"
    return f" (the tables have none for {tier} of {charges.package.weight} g)"
