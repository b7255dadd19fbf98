"""Loading the files of dated rates: idempotent, careful with edited rows, and particular about overlaps and gaps."""

import shutil
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from arbitrage.economics.loading import load_rates
from arbitrage.economics.table_loading import load_tables
from arbitrage.models import FeeAmount, ReferralRate, VatRate
from arbitrage.rate_files.files import FILES, FOLDER, RefusedRates, read
from arbitrage.rate_files.loading import load
from products.models import RecomputeAll
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the files that a test may spoil."""
    return Path(shutil.copytree(FOLDER, tmp_path / "rates"))


def spoil(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1))


def test_a_fresh_installation_has_every_row_of_the_files() -> None:
    assert VatRate.objects.filter(country="DE", tax_class="books", rate=70_000).exists()
    assert FeeAmount.objects.filter(kind="fba_local", store="DE").count() == len(read_local("DE"))
    assert load_rates().overlaps() == []


def read_local(store: str) -> list[object]:
    file = next(file for file in FILES if file.name == "fba_local.csv")
    return [row for row in read(file) if row.values["store"] == store]


def test_loading_again_changes_nothing() -> None:
    assert not load().moved


def test_every_row_names_its_source_and_how_sure_it_is() -> None:
    rows = [row for file in FILES for row in read(file)]
    assert len(rows) > 600
    assert all(row.values["source"] and row.values["confidence"] in "HML?" for row in rows)


def test_a_changed_row_is_loaded_and_has_everything_computed_again(folder: Path) -> None:
    factories.product()
    spoil(folder, "fuel.csv", "1.5,2026-04-17", "1.7,2026-04-17")
    before = load_tables()
    loaded = load(folder)
    assert (loaded.added, loaded.changed, loaded.removed) == (0, 1, 0)
    assert RecomputeAll.objects.exists()
    assert load_tables() is not before


def test_a_row_that_left_the_files_is_removed(folder: Path) -> None:
    spoil(folder, "vat.csv", "PL,standard,23", "CZ,standard,21")
    loaded = load(folder)
    assert (loaded.added, loaded.removed) == (1, 1)
    assert not VatRate.objects.filter(country="PL", tax_class="standard").exists()


def test_a_row_edited_in_the_admin_stays_with_its_source(folder: Path) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("boss", "boss@example.com", "x"))
    row = VatRate.objects.get(country="DE", tax_class="books")
    given = {"country": "DE", "tax_class": "books", "rate": "80000", "valid_from": "2021-01-01"}
    address = reverse("admin:arbitrage_vatrate_change", args=[row.pk])
    client.post(address, {**given, "source": "the new law", "confidence": "H"})
    assert load(folder).kept == 1
    row.refresh_from_db()
    assert (row.rate, row.source, row.edited) == (80_000, "the new law", True)
    assert row.edited_by.startswith("boss, 20")


def test_an_edited_row_that_overlaps_a_row_of_the_files_refuses_the_files() -> None:
    VatRate.objects.create(country="FR", valid_from=date(2026, 1, 1), rate=210_000, source="me", edited=True)
    with pytest.raises(RefusedRates, match=r"row FR standard 2026-01-01 that was edited .* begins while vat.csv line"):
        load()


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        (
            "vat.csv",
            "2020-12-31",
            "2021-01-31",
            r"vat.csv line \d+ \(DE standard, from 2021-01-01\) begins while vat.csv",
        ),
        (
            "vat.csv",
            "2020-12-31",
            "2020-11-30",
            r"\(DE standard, from 2021-01-01\) leaves a gap: .* ends on 2020-11-30",
        ),
        ("vat.csv", "2020-12-31", "2020-01-31", r"ends on 2020-01-31, before it begins"),
        (
            "vat.csv",
            "DE,standard,16",
            "DE,standard,116",
            r"vat.csv line \d+: rate is \"116\"; give a percentage from 0",
        ),
        ("vat.csv", "2020-07-01", "last July", r"valid_from is \"last July\"; write a day as 2026-09-15"),
        ("vat.csv", "country,tax_class", "land,tax_class", r"vat.csv must have the columns country, tax_class, rate"),
        ("referral.csv", "8 to 10; 15", "8 to 10", r"referral.csv line \d+: tiers .* must end with a percentage"),
        (
            "fba_local.csv",
            "UK,light_envelope,20,1.83",
            "UK,light_envelope,20,-1.83",
            r"amount is \"-1.83\"; give a number",
        ),
        ("fba_local.csv", "UK,light_envelope,20", "XX,light_envelope,20", r"store is \"XX\"; the stores are DE"),
        ("fba_local.csv", "UK,light_envelope,20,", "UK,light_envelope,40,", r"begins while fba_local.csv line \d+"),
        ("size_tiers.csv", "330,230,25,,100", "330,0,25,,100", r"middle is 0; a measure is positive"),
        ("storage.csv", "1-9", "1-13", r"months is \"1-13\"; write months as 10-12"),
        ("categories.csv", "no,no,standard,electronics,2024", "maybe,no,standard,electronics,2024", r"write yes or no"),
        ("duty.csv", "L\n", "X\n", r"confidence is \"X\"; the marks are H, M, L and \?"),
        ("duty.csv", "electronics,,0", "electronics,,0,0", r"duty.csv line \d+ has 8 cells instead of 7"),
        ("returns.csv", ",M", ',"M', r"quotation mark that is not closed"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_with_its_row(
    folder: Path, name: str, old: str, new: str, sentence: str
) -> None:
    spoil(folder, name, old, new)
    before = list(VatRate.objects.values_list("pk", "rate"))
    with pytest.raises(RefusedRates, match=sentence):
        load(folder)
    assert list(VatRate.objects.values_list("pk", "rate")) == before


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "efn.csv").unlink()
    with pytest.raises(RefusedRates, match=r"efn.csv cannot be read"):
        load(folder)


def test_the_command_says_what_it_did_or_why_not() -> None:
    out = StringIO()
    call_command("rates", "load", stdout=out)
    assert "0 rows added, 0 changed, 0 removed" in out.getvalue()
    given = {"category": "default", "currency": "EUR", "valid_from": date(2020, 1, 1), "tiers": "15"}
    ReferralRate.objects.create(**given, source="me", edited=True)
    with pytest.raises(CommandError, match="nothing was loaded"):
        call_command("rates", "load")


def test_rates_of_a_day_with_the_whole_tables(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rates", "show", "DE", "2026-09-15")
    shown = capsys.readouterr().out
    assert "VAT, books: 7 % (from 2021-01-01; " in shown
    assert "home_products: 8 % to 20.00, 15 % (from 2026-02-01; " in shown
    assert "furniture: 15 % to 200.00, 10 % above 200.00 (from " in shown
    assert "small_parcel: 3.12 to 150 g, 3.13 to 400 g, 3.14 to 900 g, 3.15 to 1400 g" in shown
    assert "standard: 27.54 per m3, months 1-9, 52.20 per m3, months 10-12" in shown
    assert "special: 11.00 (from " in shown
    assert "peak season" not in shown
