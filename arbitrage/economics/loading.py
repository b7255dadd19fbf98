"""From rows to values: the only module of the economics that knows the tables."""

from collections.abc import Collection

from arbitrage.economics.overrides import Overrides
from arbitrage.economics.profiles import (
    Fulfilment,
    Profile,
    PurchaseVat,
    Regime,
    Returns,
    ShippingBand,
    Turnover,
    UnusableProfile,
)
from arbitrage.economics.rates import PPM, Fixing, Rate, RateBook
from arbitrage.economics.table_loading import load_tables
from arbitrage.economics.turnover import warnings
from arbitrage.models import FeeRate, FxRate, PurchaseOverride, SellerProfile, ShippingRate, VatRate

AMOUNTS = ("inbound", "prep", "storage", "freight", "brokerage", "return_handling")
SHARES = ("duty", "fx_spread", "return_rate", "resaleable", "salvage")
LARGEST_VALUES = {**dict.fromkeys(AMOUNTS, 10_000_000), **dict.fromkeys(SHARES, PPM), "storage_days": 240}
"""EUR 100,000 a unit, and 100 %: beyond them a number was typed in the wrong unit. From day 241 on Amazon adds a
surcharge on aged stock, which is not computed."""


def load_rates() -> RateBook:
    """All dated rates, in four queries. Load once per batch, page or command."""
    vat: dict[tuple[str, str], list[Rate]] = {}
    for row in VatRate.objects.all():
        rate = Rate(row.rate, row.valid_from, row.source, row.valid_to, confidence=row.confidence)
        vat.setdefault((row.country, row.tax_class), []).append(rate)
    fees: dict[tuple[str, str, str], list[Rate]] = {}
    for fee in FeeRate.objects.all():
        rate = Rate(fee.rate, fee.valid_from, fee.source, fee.valid_to, fee.on_fulfilment, fee.confidence)
        kind = f"{fee.kind}:{fee.category}" if fee.category else fee.kind
        fees.setdefault((kind, fee.seller_country, fee.store), []).append(rate)
    fixings: dict[str, list[Fixing]] = {}
    for fixing in FxRate.objects.all():
        fixings.setdefault(fixing.currency, []).append(Fixing(fixing.currency, fixing.day, fixing.rate, fixing.source))
    return RateBook(vat=vat, fees=fees, fixings=fixings, tables=load_tables())


def profile_of(row: SellerProfile) -> Profile:
    """A profile's row as a value. Raises UnusableProfile when the row holds a word or a number that cannot be."""
    if not isinstance(row.purchase_vat, dict) or not isinstance(row.vat_registrations, list):
        raise _unusable(row, 'registrations are written ["DE"], purchase VAT {"IT": "NET_INTRA_EU"}')
    try:
        regime, fulfilment = Regime(row.regime), Fulfilment(row.fulfilment)
        purchase = {_code(source): PurchaseVat(mode) for source, mode in row.purchase_vat.items()}
        unregistered = Fulfilment(row.unregistered)
    except ValueError as error:
        raise _unusable(row, str(error)) from error
    for name, largest in LARGEST_VALUES.items():
        value = getattr(row, name) or 0
        if not 0 <= value <= largest:
            raise _unusable(row, f"{name} is {value}, which is not between 0 and {largest}")
    return Profile(
        name=row.name,
        country=_code(row.country),
        registrations=frozenset(map(_code, row.vat_registrations)),
        regime=regime,
        purchase_vat=purchase,
        fulfilment=fulfilment,
        unregistered=unregistered,
        shipping=_shipping(row) if Fulfilment.FBM in {fulfilment, unregistered} else (),
        uses_oss=row.uses_oss,
        inbound=row.inbound,
        prep=row.prep,
        storage=row.storage,
        storage_days=row.storage_days,
        freight=row.freight,
        brokerage=row.brokerage,
        duty=row.duty,
        fx_spread=row.fx_spread,
        cep_enrolled=row.cep_enrolled,
        individual_plan=row.individual_plan,
        postponed_accounting=row.postponed_accounting,
        eu_small_business=row.eu_small_business,
        turnover=Turnover(row.turnover_prior, row.turnover_current, row.turnover_abroad),
        returns=_returns(row),
        min_roi=row.min_roi,
        min_profit=row.min_profit,
        target_roi=row.target_roi,
    )


def named_profile(name: str) -> Profile:
    """The profile of a name, the default one without. Raises UnusableProfile, also where there is none."""
    row = SellerProfile.objects.filter(**{"name": name} if name else {"is_default": True}).first()
    if row is None:
        known = ", ".join(SellerProfile.objects.values_list("name", flat=True)) or "none yet"
        raise UnusableProfile(f"There is no seller profile {name or 'marked as the default'}; there are: {known}.")
    return profile_of(row)


def _unusable(row: SellerProfile, reason: str) -> UnusableProfile:
    return UnusableProfile(f"The seller profile {row.name} cannot be used: {reason}. Correct it in the admin.")


def _returns(row: SellerProfile) -> Returns | None:
    if row.return_rate is None:
        return None
    return Returns(row.return_rate, row.resaleable, row.salvage, row.return_handling)


def turnover_warnings(row: SellerProfile) -> tuple[str, ...]:
    """What a person who looks at this profile's flips should know of its turnover; or why it cannot be used."""
    try:
        return warnings(profile_of(row))
    except UnusableProfile as error:
        return (str(error),)


def load_overrides(asins: Collection[str] | None = None) -> Overrides:
    """The offers whose purchase VAT differs from what a profile says, of these products or of all; one query.

    A row with a word that is no purchase VAT is left out: nothing but a person at the database can write one.
    """
    rows = PurchaseOverride.objects.all() if asins is None else PurchaseOverride.objects.filter(product_id__in=asins)
    known = set(PurchaseVat)
    return {
        (asin, source): PurchaseVat(mode)
        for asin, source, mode in rows.values_list("product_id", "source", "mode")
        if mode in known
    }


def _shipping(row: SellerProfile) -> tuple[ShippingBand, ...]:
    """The profile's own shipping table; one query."""
    bands = ShippingRate.objects.filter(profile_id=row.pk).order_by("target", "valid_from", "up_to")
    return tuple(ShippingBand(band.target, band.up_to, band.amount, band.valid_from, band.valid_to) for band in bands)


def _code(country: str) -> str:
    """Our code of a country: ISO calls the United Kingdom GB, Amazon's stores and this project UK."""
    code = str(country).strip().upper()
    return "UK" if code == "GB" else code
