"""Dated lookups: what holds, what is missing, what overlaps, how old an exchange rate is."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from arbitrage.economics.missing import Missing
from arbitrage.economics.rates import Conversion, Fixing, InvalidRate, Rate, RateBook

DAY = date(2026, 9, 30)
OLD = Rate(160_000, date(2020, 7, 1), "law", date(2020, 12, 31))
NEW = Rate(190_000, date(2021, 1, 1), "law")
VAT = RateBook(vat={("DE", "standard"): [NEW, OLD]})
GBP = RateBook(fixings={"GBP": [Fixing("GBP", DAY, Decimal("0.85463"), "ECB")]})


def rate(ppm: int) -> Rate:
    return Rate(ppm, date(2024, 10, 1), "card")


@pytest.mark.parametrize(
    ("on", "ppm"), [(date(2020, 7, 1), 160_000), (date(2020, 12, 31), 160_000), (date(2021, 1, 1), 190_000)]
)
def test_a_rate_holds_on_both_of_its_days(on: date, ppm: int) -> None:
    found = VAT.vat_rate("DE", on)
    assert isinstance(found, Rate)
    assert found.ppm == ppm


def test_a_day_before_every_row_is_missing_by_name() -> None:
    assert VAT.vat_rate("DE", date(2020, 6, 30)) == Missing("vat_rate", "VAT rate of DE on 2020-06-30")


def test_an_unknown_country_is_missing_by_name() -> None:
    assert VAT.vat_rate("AT", DAY) == Missing("vat_rate", "VAT rate of AT on 2026-09-30")


def test_overlapping_rows_are_missing_and_reported() -> None:
    book = RateBook(vat={("DE", "standard"): [NEW, Rate(200_000, date(2026, 1, 1), "typing error")]})
    assert book.vat_rate("DE", DAY) == Missing("vat_rate", "one VAT rate of DE on 2026-09-30 (2 rows overlap)")
    assert book.overlaps() == ["DE standard: the row of 2021-01-01 still holds when that of 2026-01-01 begins"]
    assert VAT.overlaps() == []


@pytest.mark.parametrize("ppm", [-1, 1_000_001])
def test_a_rate_outside_0_to_100_percent_is_refused(ppm: int) -> None:
    with pytest.raises(InvalidRate, match="not between 0 and 100 %"):
        rate(ppm)


def test_a_rate_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidRate, match="cannot end on"):
        Rate(0, DAY, "", DAY - timedelta(days=1))


def test_the_most_exact_digital_services_row_wins() -> None:
    kind = "digital_services"
    book = RateBook(
        fees={(kind, "", "FR"): [rate(30_000)], (kind, "UK", ""): [rate(20_000)], (kind, "UK", "FR"): [rate(1)]}
    )
    assert book.digital_services("UK", "FR", DAY) == rate(1)
    assert book.digital_services("UK", "DE", DAY) == rate(20_000)
    assert book.digital_services("DE", "FR", DAY) == rate(30_000)
    assert isinstance(book.digital_services("DE", "DE", DAY), Missing)


def test_one_currency_needs_no_rate() -> None:
    assert RateBook().conversion("EUR", "EUR", DAY) == Conversion("EUR", "EUR")


def test_a_conversion_is_the_exact_fraction() -> None:
    there, back = GBP.conversion("GBP", "EUR", DAY), GBP.conversion("EUR", "GBP", DAY)
    assert isinstance(there, Conversion)
    assert isinstance(back, Conversion)
    assert (there.numerator, there.denominator) == (100_000, 85_463)
    assert (back.numerator, back.denominator) == (85_463, 100_000)


def test_two_foreign_currencies_cross_through_the_euro_and_take_the_older_day() -> None:
    earlier = Fixing("SEK", DAY - timedelta(days=2), Decimal(11), "ECB")
    book = RateBook(fixings={"SEK": [earlier], "GBP": [Fixing("GBP", DAY, Decimal("0.85"), "ECB")]})
    found = book.conversion("GBP", "SEK", DAY)
    assert isinstance(found, Conversion)
    assert (found.numerator, found.denominator, found.age) == (220, 17, 2)


@pytest.mark.parametrize(("days", "stale"), [(0, False), (5, False), (6, True)])
def test_an_exchange_rate_of_five_days_is_fresh(days: int, stale: bool) -> None:
    found = GBP.conversion("GBP", "EUR", DAY + timedelta(days=days))
    assert isinstance(found, Conversion)
    assert (found.age, found.is_stale) == (days, stale)


def test_a_later_fixing_is_never_used_for_an_earlier_day() -> None:
    missing = GBP.conversion("GBP", "EUR", DAY - timedelta(days=1))
    assert missing == Missing("fx", "exchange rate of GBP on or before 2026-09-29")


def test_an_exchange_rate_that_is_not_positive_is_refused() -> None:
    with pytest.raises(InvalidRate, match="not positive"):
        Fixing("GBP", DAY, Decimal(0), "ECB")
