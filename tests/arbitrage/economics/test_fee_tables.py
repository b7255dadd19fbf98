"""The fee tables against economics.md 3: every cell of a row is a package that falls into it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from arbitrage.economics.charges import charges_of, missing_of
from arbitrage.economics.inputs import LARGEST
from arbitrage.economics.missing import Missing
from arbitrage.economics.referral import parse_tiers
from arbitrage.economics.sizes import package_of, tier_of
from arbitrage.economics.table_loading import load_tables
from arbitrage.economics.tables import DayTables
from arbitrage.models import FeeAmount, ReferralRate
from arbitrage.rate_files.loading import tables_changed
from tests.arbitrage.economics.listings import Seen

pytestmark = pytest.mark.django_db
DAY, PEAK = date(2026, 9, 15), date(2026, 12, 1)
STORES = ("UK", "DE", "FR", "IT", "ES")
SIDES = {
    "light": (330, 230, 25),
    "envelope": (330, 230, 25),
    "large": (330, 230, 40),
    "xl": (330, 230, 60),
    "small": (100, 100, 70),
    "standard": (360, 46, 45),
    "oversize": (500, 200, 30),
    "light_oversize": (900, 100, 20),
    "heavy_oversize": (900, 300, 200),
    "bulky": (1300, 100, 50),
    "heavy": (1300, 300, 200),
}
LOCAL = """
light 20        1.83 2.07 2.75 3.23 2.77
light 60        1.89 2.13 2.78 3.28 2.87
light 100       2.08 2.28 3.32 3.41 3.23
envelope 210    2.10 2.31 3.33 3.45 3.26
envelope 460    2.16 2.42 3.77 3.64 3.45
large 960       2.72 2.78 4.39 3.94 3.60
xl 960          2.94 3.16 4.72 4.17 3.85
small 150       2.91 3.12 4.56 4.13 3.52
small 400       3.00 3.13 5.07 4.54 3.74
small 900       3.04 3.14 5.79 4.95 3.95
small 1400      3.05 3.15 5.87 5.11 4.21
small 1900      3.25 3.17 6.10 5.14 4.27
small 3900      3.27 4.28 7.80 5.16 5.50
standard 900    3.06 3.18 6.01 5.15 3.99
standard 1400   3.26 3.67 6.41 5.26 4.85
standard 2900   3.49 4.29 7.08 5.30 4.98
standard 5900   3.56 4.96 8.22 5.38 5.96
standard 11900  3.58 6.39 9.38 6.25 7.85
oversize 760    3.49 4.30 7.05 7.21 5.68
oversize 1000   3.74 4.48 7.25 7.29 5.72
oversize 1760   3.74 4.48 7.25 7.29 5.72
light_oversize 2760  4.65 4.69 7.71 7.89 7.23
heavy_oversize 15760 6.58 6.99 10.42 10.63 11.72
heavy_oversize 17000 6.74 7.13 10.64 10.79 12.26
bulky 1760      10.44 8.25 15.83 9.89 10.38
heavy 25000     13.04 12.74 15.59 16.85 14.00
"""
CELLS = [
    (store, kind, int(weight), amount)
    for kind, weight, *amounts in (line.split() for line in LOCAL.strip().splitlines())
    for store, amount in zip(STORES, amounts, strict=True)
]


def tables(on: date = DAY) -> DayTables:
    return load_tables().on(on)


def package(kind: str, weight: int, store: str = "DE") -> Seen:
    """A listing of which Keepa knows only the package."""
    length, width, height = SIDES[kind]
    seen = Seen(store, fba_fee=None, buy_box=3000)
    return replace(seen, package_length=length, package_width=width, package_height=height, package_weight=weight)


def cents(text: str) -> int:
    return round(float(text) * 100)


@pytest.mark.parametrize(("store", "kind", "weight", "amount"), CELLS)
def test_a_cell_of_the_local_table(store: str, kind: str, weight: int, amount: str) -> None:
    charges = charges_of(package(kind, weight, store), tables())
    assert charges.fba.standard == cents(amount)
    assert not charges.fba.keepa


def test_there_are_enough_cells() -> None:
    assert len(set(CELLS)) >= 60


@pytest.mark.parametrize(
    ("kind", "weight", "amounts"),
    [
        ("envelope", 210, "1.73 1.86 2.81 2.81 2.61"),
        ("xl", 900, "2.65 2.78 4.31 3.59 3.23"),
        ("small", 150, "2.67 2.78 4.31 3.59 3.23"),
        ("small", 400, "2.70 2.99 4.71 3.91 3.46"),
    ],
)
def test_low_price_fba(kind: str, weight: int, amounts: str) -> None:
    found = [charges_of(package(kind, weight, store), tables()).fba for store in STORES]
    assert [fba.low for fba in found] == [cents(amount) for amount in amounts.split()]
    assert {fba.limit for fba in found} == {2000}


@pytest.mark.parametrize(("kind", "weight"), [("small", 401), ("standard", 150), ("oversize", 300)])
def test_larger_packages_have_no_low_price(kind: str, weight: int) -> None:
    fba = charges_of(package(kind, weight), tables()).fba
    assert (fba.low, fba.unsure_low) == (None, False)


def test_the_lower_limit_of_special_categories() -> None:
    limits = [
        charges_of(replace(package("small", 400, store), category="Beauty"), tables()).fba.limit for store in STORES
    ]
    assert limits == [1000, 1100, 1200, 1200, 1200]


@pytest.mark.parametrize(
    ("kind", "weight", "amount"),
    [
        ("envelope", 210, "5.50"),
        ("envelope", 460, "5.53"),
        ("large", 960, "6.09"),
        ("xl", 960, "6.72"),
        ("small", 150, "6.61"),
        ("small", 400, "7.05"),
        ("small", 3900, "13.42"),
        ("standard", 150, "6.63"),
        ("standard", 1900, "11.97"),
        ("standard", 11900, "21.24"),
    ],
)
def test_efn(kind: str, weight: int, amount: str) -> None:
    assert charges_of(package(kind, weight, "FR"), tables()).efn.standard == cents(amount)


def test_the_festive_peak() -> None:
    uk = charges_of(package("small", 400, "UK"), tables(PEAK))
    assert (uk.fba.standard, uk.fba.unsure_peak) == (311, False)
    french = charges_of(package("small", 400, "FR"), tables(PEAK))
    assert (french.fba.standard, french.efn.standard, french.efn.unsure_peak) == (507, 753, False)
    german = charges_of(package("small", 400, "DE"), tables(PEAK))
    assert (german.fba.standard, german.fba.unsure_peak) == (313, True)
    assert charges_of(package("small", 100, "FR"), tables(PEAK)).efn.unsure_peak


def test_dangerous_goods_cost_more_a_unit_by_the_tables_alone() -> None:
    french = replace(package("small", 400, "FR"), is_hazmat=True)
    charges = charges_of(french, tables())
    assert (charges.fba.standard, charges.fba.low, charges.efn.standard) == (507 + 10, 471 + 10, 705 + 10)
    assert charges.fba.hazmat
    assert charges_of(replace(french, fba_fee=480), tables()).fba.standard == 480


def test_clothing_has_no_peak() -> None:
    moda = replace(package("small", 400, "UK"), category="Moda")
    assert charges_of(moda, tables(PEAK)).fba.standard == 300


@pytest.mark.parametrize(("kind", "weight"), [("bulky", 32_000), ("light", 20)])
def test_what_no_table_has_is_named(kind: str, weight: int) -> None:
    charges = charges_of(package(kind, weight, "IT"), tables())
    texts = [entry.text for entry in missing_of(charges, efn=True)]
    assert any(text.startswith("the EFN fee for a sale in IT (the tables have none for ") for text in texts)


@pytest.mark.parametrize(
    ("category", "currency", "price", "fee"),
    [
        ("clothing", "EUR", "10.00", "0.50"),
        ("clothing", "EUR", "15.00", "0.75"),
        ("clothing", "EUR", "15.01", "1.50"),
        ("clothing", "EUR", "20.00", "2.00"),
        ("clothing", "EUR", "20.01", "3.00"),
        ("clothing", "EUR", "50.00", "7.10"),
        ("home_products", "EUR", "20.00", "1.60"),
        ("home_products", "EUR", "20.01", "3.00"),
        ("jewellery", "GBP", "300.00", "48.75"),
        ("automotive", "GBP", "60.00", "8.10"),
        ("electronic_accessories", "EUR", "175.00", "21.00"),
        ("furniture", "EUR", "300.00", "40.00"),
    ],
)
def test_referral_vector(category: str, currency: str, price: str, fee: str) -> None:
    assert tables().referral[category, currency].fee(cents(price)) == cents(fee)


@pytest.mark.parametrize(
    ("store", "kind", "weight", "least"),
    [("DE", "small", 400, 30), ("UK", "small", 400, 25), ("FR", "heavy", 25_000, 2000)],
)
def test_the_least_referral_fee(store: str, kind: str, weight: int, least: int) -> None:
    minimum = charges_of(package(kind, weight, store), tables()).referral.minimum
    assert not isinstance(minimum, Missing)
    assert minimum is not None
    assert minimum.amount == least


@pytest.mark.parametrize("measure", ["package_length", "package_width", "package_height", "package_weight"])
@pytest.mark.parametrize("value", [None, 0, -1])
def test_a_package_without_a_measure_has_no_fee_and_says_so(measure: str, value: int | None) -> None:
    changes: dict[str, Any] = {measure: value}
    seen = replace(package("small", 400), **changes)
    texts = [entry.text for entry in missing_of(charges_of(seen, tables()), efn=False)]
    assert texts == ["the FBA fee in DE (the package has no measures)"]


def test_a_day_before_the_first_row_names_what_is_missing() -> None:
    texts = [entry.text for entry in missing_of(charges_of(Seen("DE"), tables(date(2020, 1, 1))), efn=False)]
    assert texts == ["least referral fee in DE on 2020-01-01"]


def test_an_unknown_category_without_keepas_rate_is_incomplete() -> None:
    seen = replace(Seen("DE"), category="Unheard of", referral_rate=None)
    assert [entry.code for entry in missing_of(charges_of(seen, tables()), efn=False)] == ["referral_fee"]


def test_media_without_keepas_closing_fee() -> None:
    book = replace(Seen("DE"), category="Books")
    assert [entry.text for entry in missing_of(charges_of(book, tables()), efn=False)] == [
        "the closing fee of media in DE"
    ]
    assert charges_of(replace(book, marketplace="UK"), tables()).closing == 50
    assert charges_of(replace(book, closing_fee=81), tables()).closing == 81


def test_two_rows_of_one_day_count_as_none() -> None:
    row = FeeAmount.objects.get(kind="fba_local", store="DE", tier="small_parcel", up_to=400)
    row.pk, row.valid_from = None, date(2026, 5, 1)
    row.save()
    rule = ReferralRate.objects.get(category="default", currency="EUR")
    rule.pk, rule.valid_from = None, date(2026, 5, 1)
    rule.save()
    tables_changed()
    assert ("default", "EUR") not in tables().referral
    assert charges_of(package("small", 400), tables()).fba.standard == 314
    names = "; ".join(load_tables().overlaps())
    assert "fba_local DE small_parcel 400: the row of 2026-02-01 still holds" in names
    assert "default EUR: the row of 2024-10-01 still holds when that of 2026-05-01 begins" in names


def test_sides_are_taken_in_any_order() -> None:
    first, second = package_of(120, 350, 250, 2_000), package_of(350, 120, 250, 2_000)
    assert first == second
    assert first is not None
    tier = tier_of(first, tables().tiers)
    assert tier is not None
    assert (tier.name, tier.billed(first)) == ("small_parcel", 2_100)


@pytest.mark.parametrize(
    "text",
    ["", "15 to 20", "15; 8", "+9", "101", "8 to 10; 9 to 5; 15", "8 to 1; 9 to 2; 10 to 3; 11 to 4; 15", "a lot"],
)
def test_tiers_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r'".*"'):
        parse_tiers(text)


def test_a_price_above_keepas_limit_is_no_price() -> None:
    charges = charges_of(replace(Seen("DE"), buy_box=LARGEST + 1, fba_fee=LARGEST + 1), tables())
    assert charges.reference is None
    assert not charges.fba.keepa
