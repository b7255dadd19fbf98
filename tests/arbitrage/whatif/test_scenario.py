"""The address of a scenario, forth and back, and what is said of wrong parameters."""

from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrage.economics.profiles import PurchaseVat
from arbitrage.models import SellerProfile
from arbitrage.whatif.asked import NoProfile, read_asked
from arbitrage.whatif.fields import BY_NAME, FIELDS
from arbitrage.whatif.kinds import Choice, Countries, Country, Number, PurchaseModes, Value
from arbitrage.whatif.scenario import Scenario, read_scenario
from products.marketplaces import CODES

BASE = SellerProfile(pk=1, name="Base", is_default=True, vat_registrations=["DE"], inbound=150)


def values(kind: object) -> st.SearchStrategy[Any]:
    """Any value that a field of this kind may have."""
    if isinstance(kind, Number):
        numbers = st.integers(kind.least, kind.most)
        return st.none() | numbers if kind.optional else numbers
    if isinstance(kind, Choice):
        return st.sampled_from([word for word, _ in kind.choices])
    if isinstance(kind, Country):
        return st.sampled_from([*CODES, "PL", "CN"])
    if isinstance(kind, Countries):
        return st.lists(st.sampled_from([*CODES, "PL", "CZ"])).map(kind.of_row)
    if isinstance(kind, PurchaseModes):
        return st.dictionaries(st.sampled_from(CODES), st.sampled_from([str(mode) for mode in PurchaseVat])).map(
            kind.of_row
        )
    return st.booleans()


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    chosen = [field for field in FIELDS if draw(st.booleans())]
    found: list[tuple[str, Value]] = [(field.name, draw(values(field.kind))) for field in chosen]
    return Scenario("", tuple((name, value) for name, value in found if value != BY_NAME[name].of(BASE)))


def read(address: str, base: SellerProfile = BASE) -> tuple[Scenario, dict[str, str]]:
    return read_scenario(parse_qs(address, keep_blank_values=True), base)


@settings(max_examples=150, deadline=None)
@given(scenarios())
def test_an_address_gives_back_its_scenario(scenario: Scenario) -> None:
    assert read(scenario.address()) == (scenario, {})


@settings(max_examples=100, deadline=None)
@given(scenarios())
def test_a_changed_profile_holds_the_changes_and_is_its_own_base(scenario: Scenario) -> None:
    row = scenario.applied(BASE)
    for name, value in scenario.changes:
        if BY_NAME[name].in_profile:
            assert BY_NAME[name].of(row) == value
    again, errors = read(scenario.address(), row)
    assert not errors
    assert {name for name, _ in again.changes} <= {"buy_offset", "sell_offset"}


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from([*BY_NAME]), st.lists(st.text(max_size=30), max_size=3)))
def test_any_text_is_read_or_refused_with_a_sentence(given_texts: dict[str, list[str]]) -> None:
    scenario, errors = read_scenario(given_texts, BASE)
    assert all(sentence.endswith(".") and "\n" not in sentence[:1] for sentence in errors.values())
    assert not {name for name, _ in scenario.changes} & set(errors)


def test_the_base_is_left_alone() -> None:
    scenario, _ = read("prep=2&vat_registrations=FR")
    changed = scenario.applied(BASE)
    assert (changed.prep, changed.vat_registrations) == (200, ["FR"])
    assert (BASE.prep, BASE.vat_registrations) == (0, ["DE"])


def test_what_equals_the_profile_is_dropped() -> None:
    address = "inbound=1.5&prep=0&country=DE&duty=&vat_registrations=DE&sell_offset=0&uses_oss=yes"
    assert read(address) == (Scenario(), {})
    assert read(address)[0].address() == ""


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("prep=001.50&inbound=2", "prep=1.5&inbound=2"),
        ("country=gb", "country=UK"),
        ("vat_registrations=FR&vat_registrations=&vat_registrations=de", "vat_registrations=DE,FR"),
        ("vat_registrations=", "vat_registrations="),
        ("purchase_vat=&purchase_vat=IT:private_no_vat", "purchase_vat=IT:PRIVATE_NO_VAT"),
        ("fx_spread=1.25&sell_offset=-5", "sell_offset=-5&fx_spread=1.25"),
        ("prep=1&prep=2", "prep=2"),
        ("prep=", ""),
    ],
)
def test_one_scenario_has_one_address(written: str, canonical: str) -> None:
    assert read(written)[0].address() == canonical


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("fx_spread=150", "Conversion spread is 150 %; it must be between 0 and 100 %."),
        ("return_rate=100.0001", "Sales that come back is 100.0001 %; it must be between 0 and 100 %."),
        ("prep=-1", "Prep is -1 EUR; it must be between 0 and 100000 EUR."),
        ("prep=1.005", "Prep is 1.005; at most 2 digits after the point count."),
        ("prep=1,50", 'Prep is "1,50", which is no number; write it as 1.50.'),
        ("prep=1e5", 'Prep is "1e5", which is no number; write it as 1.50.'),
        ("sell_offset=-100", "Sale prices change by is -100 %; it must be between -99 and 1000 %."),
        ("country=Germany", 'Seller\'s country has "GERMANY"; write a country with two letters, for example DE.'),
        ("uses_oss=maybe", 'Uses OSS is "maybe"; write yes or no.'),
    ],
)
def test_a_wrong_value_is_one_sentence_and_left_out(address: str, sentence: str) -> None:
    scenario, errors = read(address)
    assert list(errors.values()) == [sentence]
    assert scenario == Scenario()


def test_every_field_of_a_profile_can_be_changed() -> None:
    kept = {"id", "name", "is_default", "enabled", "is_demo"}  # not the seller's terms
    columns = {column.name for column in SellerProfile._meta.get_fields() if column.concrete} - kept
    assert columns == {field.name for field in FIELDS if field.in_profile}


@pytest.mark.django_db
def test_unknown_parameters_profiles_and_filters_are_named(trader: SellerProfile) -> None:
    asked = read_asked({"prepp": ["1"], "profile": ["99"], "source": ["XX"], "page": ["0"], "prep": ["1"]})
    assert set(asked.errors) == {"prepp", "profile", "source", "page"}
    assert asked.errors["prepp"].startswith("prepp is no field of a scenario; there are: profile, buy_offset")
    assert asked.address() == "prep=1"


@pytest.mark.django_db
def test_a_scenario_may_begin_with_another_profile(trader: SellerProfile) -> None:
    other = SellerProfile.objects.create(name="Other", prep=300)
    asked = read_asked({"profile": [str(other.pk)], "prep": ["3"], "sort": ["roi"]})
    assert (asked.base, asked.scenario.changes) == (other, ())
    assert asked.address(page=2) == f"profile={other.pk}&sort=roi&page=2"


@pytest.mark.django_db
def test_without_a_profile_there_is_a_sentence() -> None:
    SellerProfile.objects.all().delete()
    with pytest.raises(NoProfile, match="There is no seller profile"):
        read_asked({})
