"""Registrations and regime decide how goods reach the buyer; own shipping takes the place of Amazon's fulfilment."""

from dataclasses import replace
from datetime import date

import pytest

from arbitrage.economics.flip import Flip, evaluate
from arbitrage.economics.inputs import flip_inputs
from arbitrage.economics.loading import load_rates
from arbitrage.economics.missing import Incomplete
from arbitrage.economics.profiles import Fulfilment, Profile, PurchaseVat, Regime, SaleVat, ShippingBand, Turnover
from arbitrage.economics.routes import plan_route
from arbitrage.economics.termsheet import terms_for
from products.marketplaces import CODES
from tests.arbitrage.economics.listings import Seen

ON = date(2026, 11, 20)
BANDS = tuple(
    ShippingBand(code, up_to, amount, date(2026, 1, 1))
    for code in CODES
    for up_to, amount in ((1_000, 490), (2_000, 690))
)
GERMAN = Profile("German", freight=250, brokerage=100)
SHIPS = replace(GERMAN, fulfilment=Fulfilment.FBM, shipping=BANDS)
SMALL = replace(GERMAN, name="Small", regime=Regime.SMALL_BUSINESS)


def needs(profile: Profile, source: str, target: str) -> set[str]:
    return {missing.text for missing in plan_route(profile, source, target).missing}


def flip(profile: Profile, source: str, target: str, weight: int | None = 1_200) -> Flip | Incomplete:
    sides = (Seen(source, category="Spielzeug"), Seen(target, category="Spielzeug", package_weight=weight))
    inputs = flip_inputs(*sides, terms_for(profile, load_rates(), source, target, ON))
    return inputs if isinstance(inputs, Incomplete) else evaluate(inputs)


def amounts(priced: Flip | Incomplete) -> dict[str, int]:
    assert isinstance(priced, Flip), priced
    return {line.code: line.amount for line in priced.lines}


@pytest.mark.parametrize("way", [Fulfilment.FBA_EFN, Fulfilment.FBM])
def test_a_country_without_registration_is_reached_as_the_profile_says(way: Fulfilment) -> None:
    plan = plan_route(replace(GERMAN, unregistered=way), "IT", "FR")
    assert (plan.fulfilment, plan.sale, plan.stock, plan.missing) == (way, SaleVat.OSS, "DE", ())


def test_a_registration_allows_local_stock() -> None:
    plan = plan_route(replace(GERMAN, registrations=frozenset({"DE", "FR"})), "IT", "FR")
    assert (plan.fulfilment, plan.sale, plan.stock) == (Fulfilment.FBA_LOCAL, SaleVat.DOMESTIC, "FR")


def test_own_shipping_at_home_is_a_domestic_sale() -> None:
    plan = plan_route(SHIPS, "IT", "DE")
    assert (plan.fulfilment, plan.sale) == (Fulfilment.FBM, SaleVat.DOMESTIC)


def test_own_shipping_does_not_cross_the_uk_border() -> None:
    assert "local stock: own shipping between the UK and the EU is not priced" in needs(SHIPS, "IT", "UK")


@pytest.mark.django_db
def test_goods_from_the_uk_are_imported_where_they_lie() -> None:
    terms = terms_for(_registered("DE", "FR"), load_rates(), "UK", "FR", ON)
    sent = terms_for(replace(GERMAN, unregistered=Fulfilment.FBM, shipping=BANDS), load_rates(), "UK", "FR", ON)
    assert not isinstance(terms, Incomplete)
    assert not isinstance(sent, Incomplete)
    assert terms.purchase.import_vat != sent.purchase.import_vat


@pytest.mark.parametrize(
    ("profile", "target", "needed"),
    [
        (SMALL, "FR", {"the small business scheme of the EU for FR"}),
        (replace(SMALL, uses_oss=False), "FR", set()),
        (replace(SMALL, eu_small_business=True), "FR", set()),
        (SMALL, "UK", {"another tax regime: no small business scheme of DE holds in UK"}),
        (
            replace(SMALL, turnover=Turnover(prior=2_500_001)),
            "DE",
            {"another tax treatment: the small business limit in DE for last year of 25000.00 EUR is passed"},
        ),
        (
            replace(GERMAN, uses_oss=False, turnover=Turnover(abroad=1_000_001)),
            "FR",
            {"another tax treatment: the limit for home VAT on sales to other member states of 10000.00 EUR is passed"},
        ),
        (replace(GERMAN, uses_oss=False, turnover=Turnover(abroad=1_000_001)), "DE", set()),
    ],
)
def test_what_a_tax_treatment_needs(profile: Profile, target: str, needed: set[str]) -> None:
    assert needs(profile, "IT", target) == needed


@pytest.mark.django_db
def test_own_shipping_is_the_lightest_band_and_carries_no_fuel() -> None:
    found = amounts(flip(SHIPS, "IT", "DE"))
    assert found["shipping"] == -690
    assert not {"fba", "fuel"} & found.keys()


@pytest.mark.django_db
@pytest.mark.parametrize(("weight", "amount"), [(1, -490), (1_000, -490), (1_001, -690), (2_000, -690)])
def test_a_band_holds_up_to_its_weight(weight: int, amount: int) -> None:
    assert amounts(flip(SHIPS, "IT", "DE", weight))["shipping"] == amount


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("weight", "needed"),
    [
        (2_001, "an own shipping price to DE for 2001 g"),
        (None, "the packed weight in DE"),
        (0, "the packed weight in DE"),
    ],
)
def test_a_parcel_without_a_price_says_so(weight: int | None, needed: str) -> None:
    priced = flip(SHIPS, "IT", "DE", weight)
    assert isinstance(priced, Incomplete)
    assert needed in priced.sentence()


@pytest.mark.django_db
def test_a_target_that_is_not_in_the_shipping_table_says_so() -> None:
    priced = flip(replace(SHIPS, shipping=BANDS[:2]), "IT", "FR")
    assert isinstance(priced, Incomplete)
    assert "own shipping prices to FR on 2026-11-20" in priced.sentence()


@pytest.mark.django_db
def test_the_digital_services_fee_leaves_own_shipping_alone() -> None:
    found = amounts(flip(SHIPS, "IT", "FR"))
    assert found["digital_services"] == -36  # 3 % of a referral fee of 12.00


@pytest.mark.django_db
def test_below_the_threshold_a_sale_abroad_carries_the_home_vat() -> None:
    home, abroad = (flip(replace(SHIPS, uses_oss=oss), "IT", "FR") for oss in (False, True))
    assert isinstance(home, Flip)
    assert isinstance(abroad, Flip)
    assert (home.revenue, abroad.revenue) == (6722, 6666)  # 79.99 / 1.19 and / 1.20


@pytest.mark.django_db
def test_postponed_accounting_ties_up_no_import_vat() -> None:
    paid, postponed = (flip(replace(GERMAN, postponed_accounting=on), "UK", "DE") for on in (False, True))
    assert isinstance(paid, Flip)
    assert isinstance(postponed, Flip)
    assert (paid.net, paid.roi) == (postponed.net, postponed.roi)
    assert (postponed.vat_prefinanced, postponed.cash_roi) == (0, postponed.roi)
    assert paid.vat_prefinanced == -amounts(paid)["import_vat"] > 0
    assert paid.cash_tied == paid.cost + paid.vat_prefinanced


@pytest.mark.django_db
def test_a_deductible_domestic_purchase_ties_up_its_vat() -> None:
    profile = _registered("DE", "FR")
    priced = flip(replace(profile, purchase_vat={"DE": PurchaseVat.DOMESTIC_DEDUCTIBLE}), "DE", "FR")
    assert isinstance(priced, Flip)
    assert priced.vat_prefinanced == 4999 - 4201  # 49.99 - 49.99 / 1.19


def _registered(*countries: str) -> Profile:
    return replace(GERMAN, registrations=frozenset(countries))
