"""Which source wins: Keepa's fee at Keepa's price, moved over thresholds, else the tables, else incomplete."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from arbitrage.economics.flip import Flip, evaluate
from arbitrage.economics.inputs import FlipInputs, flip_inputs
from arbitrage.economics.loading import load_rates, profile_of
from arbitrage.economics.missing import Incomplete
from arbitrage.economics.profiles import Profile
from arbitrage.economics.tables import DayTables
from arbitrage.economics.terms import Terms
from arbitrage.economics.termsheet import terms_for
from arbitrage.models import FeeRate, SellerProfile
from arbitrage.risk.returned import OTHER_RATE, after_returns
from tests.arbitrage.economics.listings import Seen

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 30)
SMALL: dict[str, Any] = {"package_length": 100, "package_width": 100, "package_height": 70, "package_weight": 400}
EVERYWHERE = Profile("all", registrations=frozenset({"DE", "IT", "ES", "FR", "UK"}), freight=250, brokerage=100)


def terms(source: str = "IT", target: str = "DE", profile: Profile = EVERYWHERE) -> Terms:
    found = terms_for(profile, load_rates(), source, target, DAY)
    assert isinstance(found, Terms)
    return found


def inputs_of(target: Seen, source: Seen | None = None, **changes: Any) -> FlipInputs:
    source = source or Seen("IT", category=target.category)
    found = flip_inputs(source, target, terms(source.marketplace, target.marketplace, replace(EVERYWHERE, **changes)))
    assert isinstance(found, FlipInputs), found
    return found


def flip_of(target: Seen, source: Seen | None = None, **changes: Any) -> Flip:
    return evaluate(inputs_of(target, source, **changes))


def amounts(flip: Flip) -> dict[str, int]:
    return {line.code: -line.amount for line in flip.lines}


HEAVY: dict[str, Any] = {
    "package_length": 800,
    "package_width": 500,
    "package_height": 400,
    "package_weight": 25_000,
}


@pytest.mark.parametrize(
    ("target", "fee"),
    [(Seen("DE", buy_box=100), 30), (Seen("UK", buy_box=100), 25), (Seen("DE", buy_box=10_000, **HEAVY), 2_000)],
)
def test_a_flip_pays_at_least_the_least_referral_fee(target: Seen, fee: int) -> None:
    """The minimum vectors of economics.md 1.8: 1.00 in EUR and in GBP, and 100.00 for a heavy parcel."""
    assert amounts(flip_of(target))["referral"] == fee


def test_keepas_fees_stand_at_keepas_price() -> None:
    flip = flip_of(Seen("DE", referral_rate=150_200, fba_fee=333))
    assert (amounts(flip)["referral"], amounts(flip)["fba"]) == (1201, 333)
    assert flip.inputs.estimates == ()
    assert {line.source for line in flip.lines if line.code in {"referral", "fba"}} == {"Keepa"}
    assert all(line.valid_from == date(2026, 10, 12) for line in flip.lines if line.code in {"referral", "fba"})


def test_a_sale_across_a_threshold_pays_the_categorys_rule() -> None:
    beauty = Seen("DE", buy_box=1200, category="Beauty", referral_rate=150_000)
    assert amounts(flip_of(beauty))["referral"] == 180
    cheaper = flip_of(replace(beauty, median_90=900))
    assert amounts(cheaper)["referral"] == 72  # 8 % of 9.00
    line = next(line for line in cheaper.lines if line.code == "referral")
    assert line.source.endswith(": beauty health personal care")
    assert line.valid_from == date(2024, 10, 1)


def test_keepas_rate_chooses_among_the_categories_of_a_root() -> None:
    home = inputs_of(Seen("DE", buy_box=1500, category="Home & Kitchen", referral_rate=80_000))
    assert replace(home, sale=3000).referral_fee == 450
    kitchen = inputs_of(Seen("DE", buy_box=1500, category="Home & Kitchen", referral_rate=150_000))
    assert replace(kitchen, sale=1000).referral_fee == 150


def test_a_rate_that_fits_several_categories_is_an_estimate_where_they_differ() -> None:
    found = inputs_of(Seen("DE", buy_box=2500, category="Home & Kitchen", median_90=1900))
    assert "the fee category in DE is not certain at 19.00" in found.estimates


def test_keepas_rate_without_a_rule_is_trusted_within_a_tenth_of_its_price() -> None:
    odd = Seen("DE", buy_box=5000, referral_rate=110_000)
    assert inputs_of(replace(odd, median_90=4600)).estimates == ()
    assert inputs_of(replace(odd, median_90=4400)).estimates == ("Keepa's referral rate in DE is for a price of 50.00",)


def test_the_low_price_fee_follows_the_sale_price() -> None:
    seen = Seen("DE", buy_box=2500, fba_fee=320, **SMALL)
    found = inputs_of(seen)
    assert [replace(found, sale=price).fba_fee for price in (2500, 2001, 2000)] == [320, 320, 306]
    cheap = inputs_of(replace(seen, buy_box=1500))
    assert [replace(cheap, sale=price).fba_fee for price in (1500, 2001)] == [320, 334]


def test_without_measures_a_fee_on_the_other_side_of_the_limit_is_an_estimate() -> None:
    seen = Seen("DE", buy_box=2500, package_weight=None)
    assert inputs_of(seen).estimates == ()
    assert "the fulfilment fee of low prices in DE is not known" in inputs_of(replace(seen, median_90=1900)).estimates


def test_the_tables_stand_in_for_keepa_and_make_an_estimate() -> None:
    flip = flip_of(Seen("DE", referral_rate=None, fba_fee=None, **SMALL))
    assert (amounts(flip)["referral"], amounts(flip)["fba"]) == (1200, 313)
    assert flip.inputs.estimates == (
        "the referral fee in DE is the table's for default",
        "the FBA fee in DE is the table's, by the catalogue's measures",
    )
    line = next(line for line in flip.lines if line.code == "fba")
    assert (line.formula, line.valid_from) == ("small parcel", date(2026, 2, 1))
    assert "rate card" in line.source


SELECTED = "the FBA fee of selected categories in DE is not known: the usual table stands in"


@pytest.mark.parametrize("category", ["Bekleidung", "Schuhe & Handtaschen", "Haustier", "Grocery", "Luggage"])
def test_the_usual_table_stands_in_for_selected_categories_and_says_so(category: str) -> None:
    assert SELECTED in inputs_of(Seen("DE", category=category, fba_fee=None, **SMALL)).estimates
    assert SELECTED not in inputs_of(Seen("DE", category=category, **SMALL)).estimates
    assert SELECTED not in inputs_of(Seen("DE", category="Toys", fba_fee=None, **SMALL)).estimates


def test_germany_without_the_programme_costs_more_by_the_tables_alone() -> None:
    tabled = Seen("DE", fba_fee=None, **SMALL)
    assert inputs_of(tabled, cep_enrolled=False).fba_fee == 339
    assert inputs_of(tabled, cep_enrolled=False).low == 325
    assert inputs_of(Seen("DE", **SMALL), cep_enrolled=False).fba_fee == 315


def test_a_small_difference_of_sources_is_silent_and_a_large_one_is_said() -> None:
    assert inputs_of(Seen("DE", fba_fee=320, **SMALL)).warnings == ()
    assert inputs_of(Seen("DE", fba_fee=350, **SMALL)).warnings == ("FBA fee in DE: Keepa says 3.50, the tables 3.13",)
    odd = inputs_of(Seen("DE", referral_rate=120_000)).warnings
    assert odd[-1] == "referral fee in DE at 79.99: Keepa says 9.60, the tables 12.00"


def test_a_target_without_a_registration_is_priced_by_efn() -> None:
    profile = replace(EVERYWHERE, registrations=frozenset({"DE"}))
    found = flip_inputs(Seen("IT"), Seen("FR", **SMALL), terms("IT", "FR", profile))
    assert isinstance(found, FlipInputs)
    assert found.fba_fee == 705
    assert "the EFN fee in FR is the table's, by the catalogue's measures" in found.estimates
    line = next(line for line in evaluate(found).lines if line.code == "fba")
    assert line.label == "fulfilment fee (EFN)"


def test_efn_from_germany_without_the_programme_costs_more() -> None:
    profile = replace(EVERYWHERE, registrations=frozenset({"DE"}), cep_enrolled=False)
    found = flip_inputs(Seen("IT"), Seen("FR", **SMALL), terms("IT", "FR", profile))
    assert isinstance(found, FlipInputs)
    assert found.fba_fee == 731


def test_the_individual_plan_pays_per_item() -> None:
    flip = flip_of(Seen("DE"), individual_plan=True)
    assert amounts(flip)["per_item"] == 99
    assert flip.fees == flip_of(Seen("DE")).fees + 99


def test_reduced_vat_by_kind_of_goods() -> None:
    book = Seen("DE", category="Bücher", closing_fee=81, buy_box=2000)
    flip = flip_of(book, Seen("IT", new=1040, category="Libri"))
    assert (amounts(flip)["net_price"], amounts(flip)["output_vat"]) == (1000, 131)  # 4 % and 7 %
    assert flip.inputs.estimates == ()


def test_food_is_an_estimate_because_its_rate_is_not_certain() -> None:
    found = inputs_of(Seen("DE", category="Lebensmittel & Getränke", buy_box=2000))
    assert "the VAT on food in IT is not certain for every product" in found.estimates


@pytest.mark.parametrize(
    ("category", "reason"),
    [
        ("", "the tax class of a product without category in DE is not known: standard VAT"),
        ("Kryptonite\u202e", "the tax class of the category Kryptonite in DE is not known: standard VAT"),
        ("Baby", "Baby holds goods of several VAT rates: standard VAT"),
    ],
)
def test_an_unknown_tax_class_is_never_silent(category: str, reason: str) -> None:
    assert reason in inputs_of(Seen("DE", category=category)).estimates


def test_duty_is_that_of_the_category_and_an_estimate() -> None:
    flip = flip_of(Seen("DE"), Seen("UK"))
    duty = next(line for line in flip.lines if line.code == "duty")
    assert duty.rate == "4.7 %"
    assert "the duty on toys stands for the product's own" in flip.inputs.estimates
    assert amounts(flip_of(Seen("DE"), Seen("UK"), duty=0))["duty"] == 0


def test_returns_of_a_category_are_those_of_the_dated_row() -> None:
    FeeRate.objects.filter(kind="returns", category="electronics").update(rate=120_000)
    found = inputs_of(Seen("DE", category="Electronics", referral_rate=70_000))
    assert after_returns(found, 936, "Electronics", None).rate == 120_000
    assert after_returns(inputs_of(Seen("DE")), 936, "Toys", None).rate == OTHER_RATE


def test_duty_on_an_unknown_category_is_missing() -> None:
    answer = flip_inputs(Seen("UK", category="Kryptonite"), Seen("DE"), terms("UK", "DE"))
    assert isinstance(answer, Incomplete)
    assert answer.sentence() == "needs the customs duty rate"


def test_a_class_without_a_rate_in_a_country_is_missing_by_name() -> None:
    row = SellerProfile.objects.get(is_default=True)
    profile = replace(profile_of(row), registrations=EVERYWHERE.registrations)
    book = replace(load_rates(), vat={key: rates for key, rates in load_rates().vat.items() if key != ("IT", "books")})
    found = terms_for(profile, book, "IT", "DE", DAY)
    answer = flip_inputs(Seen("IT", category="Libri"), Seen("DE", closing_fee=81), found)
    assert isinstance(answer, Incomplete)
    assert answer.sentence() == "needs VAT rate of IT for books on 2026-09-30"


def test_terms_without_tables_take_keepas_figures_as_they_stand() -> None:
    found = flip_inputs(Seen("IT"), Seen("DE", category="", **SMALL), terms(), DayTables())
    assert isinstance(found, FlipInputs)
    assert (found.charges, found.estimates, found.fba_fee) == (None, (), 315)
