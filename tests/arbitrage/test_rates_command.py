"""`rates` and `explain` as a person meets them."""

from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from arbitrage.models import ReferralRate, VatRate
from arbitrage.rate_files.loading import tables_changed
from tests import factories

pytestmark = pytest.mark.django_db


def test_rates_of_a_day_with_their_sources(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rates", "show", "uk", "2026-10-01")
    shown = capsys.readouterr().out
    assert "VAT, standard: 20 % (from 2011-01-04; " in shown
    assert "exchange rate: 0.85463 GBP per EUR (of 2026-09-30, 1 days old; ECB" in shown
    assert "digital services fee, seller from DE: 2 %, FBA fees included" in shown


def test_a_missing_rate_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rates", "show", "DE", "2010-01-01")
    assert "VAT, standard: missing (VAT rate of DE on 2010-01-01)" in capsys.readouterr().out


def test_overlapping_rates_are_pointed_out(capsys: pytest.CaptureFixture[str]) -> None:
    VatRate.objects.create(country="DE", valid_from=date(2026, 1, 1), rate=200_000, source="typing error")
    call_command("rates", "show", "DE", "2026-10-01")
    shown = capsys.readouterr()
    assert "one VAT rate of DE on 2026-10-01 (2 rows overlap)" in shown.out
    assert "Overlap: DE standard: the row of 2021-01-01 still holds" in shown.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["XX"], "XX is no marketplace"), (["DE", "tomorrow"], "tomorrow is no day; write it as 2026-09-15")],
)
def test_rates_explains_a_mistake(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("rates", "show", *arguments)


def test_explain_prints_each_line_and_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    product = factories.product()
    for code, price in (("IT", 4999), ("DE", 7999)):
        factories.listing(product, code, price)
    call_command("explain", product.asin.lower(), "it", "de")
    shown = capsys.readouterr().out
    assert "49.99 / (1 + 22 %)" in shown
    assert "15 % * 79.99" in shown
    for label, value in (("NET PROFIT", "9.34 EUR"), ("break-even sale price", "66.47 EUR")):
        assert f"{label:32} {value:>14}" in shown


def test_explain_says_where_sources_differ_and_how_far_a_price_may_fall(capsys: pytest.CaptureFixture[str]) -> None:
    product = factories.product()
    size: dict[str, Any] = {"package_length": 100, "package_width": 100, "package_height": 70, "package_weight": 400}
    for code, price in (("IT", 4999), ("DE", 7999)):
        factories.listing(product, code, price, fba_fee=400, **size)
    call_command("explain", product.asin, "IT", "DE")
    shown = capsys.readouterr().out
    assert "Sources differ: FBA fee in DE: Keepa says 4.00, the tables 3.13." in shown
    assert f"{'the sale price may fall by':32} {'12.28 EUR':>14}" in shown
    assert "most to pay to lose nothing" in shown


@pytest.mark.parametrize("arguments", [["rates", "show", "DE"], ["explain", "B0TEST0001", "IT", "DE"]])
def test_a_rate_that_cannot_be_read_is_a_sentence(arguments: list[str]) -> None:
    product = factories.product()
    for code in ("IT", "DE"):
        factories.listing(product, code)
    ReferralRate.objects.filter(category="tyres").update(tiers="nonsense")
    tables_changed()
    with pytest.raises(CommandError, match='"nonsense" is no referral rule'):
        call_command(*arguments)


def test_explain_says_what_a_flip_needs(capsys: pytest.CaptureFixture[str]) -> None:
    product = factories.product()
    for code in ("IT", "FR"):
        factories.listing(product, code)
    call_command("explain", product.asin, "IT", "FR")
    shown = capsys.readouterr().out
    assert "Not priced: needs the EFN fee for a sale in FR (the package has no measures)." in shown


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["B0NOTHING1", "IT", "DE"], "Nothing is known about B0NOTHING1 in IT"),
        (["B0TEST0001", "IT", "IT"], "two marketplaces, not IT twice"),
        (["B0TEST0001", "XX", "IT"], "XX is no marketplace"),
        (
            ["B0TEST0001", "IT", "DE", "--profile", "Nobody"],
            "no seller profile Nobody; there are: Germany, one registration",
        ),
        (["B0TEST0001", "IT", "DE", "--days", "0"], "--days is 0"),
    ],
)
def test_explain_explains_a_mistake(arguments: list[str], sentence: str) -> None:
    product = factories.product()
    for code in ("IT", "DE"):
        factories.listing(product, code)
    with pytest.raises(CommandError, match=sentence):
        call_command("explain", *arguments)
