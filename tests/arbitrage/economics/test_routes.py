"""Which pairs a profile can trade, how, and what the others need."""

from dataclasses import replace

import pytest

from arbitrage.economics.profiles import Fulfilment, Profile, PurchaseVat, Regime, SaleVat
from arbitrage.economics.routes import plan_route
from products.marketplaces import PAIRS

GERMAN = Profile("German")
FOUR = Profile("Four", registrations=frozenset({"DE", "FR", "IT", "ES"}))
GROSS = PurchaseVat.GROSS_NOT_RECOVERABLE
BORDER = {"freight to the UK border", "customs brokerage"}


def complete(profile: Profile) -> list[tuple[str, str]]:
    return [pair for pair in PAIRS if not plan_route(profile, *pair).missing]


def needs(profile: Profile, source: str, target: str) -> set[str]:
    return {missing.text for missing in plan_route(profile, source, target).missing}


def test_one_german_registration_sells_at_home_and_by_efn() -> None:
    assert complete(GERMAN) == [pair for pair in PAIRS if "UK" not in pair]
    assert plan_route(GERMAN, "IT", "DE").fulfilment is Fulfilment.FBA_LOCAL
    assert plan_route(GERMAN, "IT", "FR").fulfilment is Fulfilment.FBA_EFN
    assert plan_route(GERMAN, "IT", "FR").sale is SaleVat.OSS


def test_four_registrations_complete_twelve_pairs() -> None:
    assert complete(FOUR) == [pair for pair in PAIRS if "UK" not in pair]


def test_a_registration_makes_local_stock() -> None:
    assert plan_route(FOUR, "IT", "FR").fulfilment is Fulfilment.FBA_LOCAL
    assert plan_route(FOUR, "IT", "FR").stock == "FR"
    assert plan_route(GERMAN, "IT", "FR").stock == "DE"


def test_without_efn_from_its_country_a_seller_needs_a_registration() -> None:
    austrian = Profile("Austrian", country="AT", registrations=frozenset({"AT"}))
    assert needs(austrian, "IT", "FR") == {"VAT registration in FR"}


@pytest.mark.parametrize("source", ["DE", "IT", "ES", "FR"])
def test_into_the_uk_needs_a_registration_and_the_cost_of_the_border(source: str) -> None:
    assert needs(GERMAN, source, "UK") == BORDER | {"VAT registration in UK"}


def test_out_of_the_uk_needs_the_cost_of_the_border() -> None:
    assert needs(GERMAN, "UK", "DE") == BORDER


def test_a_stated_border_cost_makes_an_estimate() -> None:
    plan = plan_route(replace(GERMAN, duty=47_000, freight=250, brokerage=100), "UK", "DE")
    assert (plan.missing, plan.is_estimate, plan.purchase) == ((), True, PurchaseVat.EXPORT_ZERO_RATED)


@pytest.mark.parametrize(
    ("profile", "source", "mode"),
    [
        (GERMAN, "IT", PurchaseVat.NET_INTRA_EU),
        (GERMAN, "DE", PurchaseVat.DOMESTIC_DEDUCTIBLE),
        (FOUR, "IT", PurchaseVat.NET_INTRA_EU),
        (Profile("None", registrations=frozenset()), "IT", GROSS),
        (Profile("Small", regime=Regime.SMALL_BUSINESS), "IT", GROSS),
        (Profile("Lost", purchase_vat={"IT": GROSS}), "IT", GROSS),
    ],
)
def test_purchase_vat_of_a_route(profile: Profile, source: str, mode: PurchaseVat) -> None:
    assert plan_route(profile, source, "FR").purchase is mode


def test_sale_vat_follows_stock_and_seller() -> None:
    efn = replace(GERMAN, fulfilment=Fulfilment.FBA_EFN)
    assert plan_route(GERMAN, "IT", "DE").sale is SaleVat.DOMESTIC
    assert plan_route(efn, "IT", "FR").sale is SaleVat.OSS
    assert plan_route(replace(efn, uses_oss=False), "IT", "FR").sale is SaleVat.ORIGIN_BELOW_THRESHOLD
    assert plan_route(GERMAN, "IT", "UK").sale is SaleVat.MARKETPLACE_COLLECTS
    assert plan_route(replace(GERMAN, regime=Regime.SMALL_BUSINESS), "IT", "DE").sale is SaleVat.EXEMPT_SME


def test_efn_needs_stock_at_home_and_is_not_used_there() -> None:
    efn = replace(GERMAN, fulfilment=Fulfilment.FBA_EFN)
    assert needs(efn, "IT", "FR") == set()
    assert needs(replace(efn, registrations=frozenset()), "IT", "FR") == {"VAT registration in DE"}
    assert plan_route(efn, "IT", "DE").fulfilment is Fulfilment.FBA_LOCAL


def test_efn_across_the_uk_border_is_not_priced() -> None:
    efn = replace(GERMAN, fulfilment=Fulfilment.FBA_EFN)
    assert "local stock: EFN between the UK and the EU is not priced" in needs(efn, "IT", "UK")


def test_a_small_business_deducts_no_domestic_vat() -> None:
    small = Profile("Small", regime=Regime.SMALL_BUSINESS, purchase_vat={"IT": PurchaseVat.DOMESTIC_DEDUCTIBLE})
    assert needs(small, "IT", "DE") == {"another purchase VAT: a small business deducts none"}


def test_a_small_business_abroad_needs_the_scheme() -> None:
    small = Profile("Small", regime=Regime.SMALL_BUSINESS)
    assert needs(small, "IT", "FR") == {"the small business scheme of the EU for FR"}


def test_margin_scheme_needs_goods_without_an_invoice() -> None:
    margin = Profile("Margin", regime=Regime.MARGIN_SCHEME)
    private = replace(margin, purchase_vat={"IT": PurchaseVat.PRIVATE_NO_VAT})
    assert needs(margin, "IT", "DE") == {"goods from IT bought without a VAT invoice, for the margin scheme"}
    assert needs(private, "IT", "DE") == set()


def test_margin_scheme_is_not_priced_across_the_border() -> None:
    private = Profile("Margin", regime=Regime.MARGIN_SCHEME, purchase_vat={"UK": PurchaseVat.PRIVATE_NO_VAT})
    assert "another tax regime: the margin scheme is not priced across the UK border" in needs(private, "UK", "DE")


@pytest.mark.parametrize(("mode", "source"), [("EXPORT_ZERO_RATED", "IT"), ("NET_INTRA_EU", "UK")])
def test_a_purchase_vat_that_does_not_fit_the_route_is_named(mode: str, source: str) -> None:
    profile = Profile("Odd", purchase_vat={source: PurchaseVat(mode)})
    assert f"a purchase VAT that fits {source} to DE, instead of {mode}" in needs(profile, source, "DE")
