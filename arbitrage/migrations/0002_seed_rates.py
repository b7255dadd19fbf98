"""The dated rates and the default seller profile that an installation starts with.

Figures are those of economics.md 2, 3.3, 3.1 and 4; later ones are added as rows, not by changing these.
"""

from datetime import date
from decimal import Decimal

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

VAT_DATA = "European VAT rates as published, open data set ibericode/vat-rates of 2025-08-12"
NO_CHANGE = "; no change of a standard rate announced for 2026"
STANDARD_VAT = [
    ("DE", date(2020, 7, 1), date(2020, 12, 31), 160_000, VAT_DATA),
    ("DE", date(2021, 1, 1), None, 190_000, VAT_DATA + NO_CHANGE),
    ("IT", date(2014, 1, 1), None, 220_000, VAT_DATA + " (in force earlier still)"),
    ("ES", date(2014, 1, 1), None, 210_000, VAT_DATA + " (in force earlier still)"),
    ("FR", date(2014, 1, 1), None, 200_000, VAT_DATA + NO_CHANGE),
    ("UK", date(2011, 1, 4), None, 200_000, VAT_DATA + NO_CHANGE),
]

SEPARATE_LINE = date(2024, 10, 1)
"""Since when the digital services fee is a line of its own; before, it was inside other fees."""
RAISED = date(2026, 3, 20)
LAST_BEFORE = date(2026, 3, 19)
FUEL_FROM = date(2026, 4, 17)
STORES = ("DE", "IT", "ES", "UK", "FR")
WITH_FULFILMENT = {"UK", "FR"}
"""Stores in which FBA fees are in the base of the digital services fee."""
DSF = "Amazon, digital services fee, separate line since 2024-10-01"
DSF_RAISED = "Amazon, European fees 2026: digital services fee from 2026-03-20"
NO_FUEL = "Amazon, European fees 2026: no such surcharge before 2026-04-17"
FUEL = "Amazon, European fees 2026: fuel and logistics surcharge from 2026-04-17"

ECB_SEED = "ECB reference rate of the day, as quoted second-hand; replaced by the first fetch from the ECB"

Fee = tuple[str, str, date, date | None, int, str]


def digital_services() -> list[Fee]:
    """(seller country, store, from, to, ppm, source); an empty country is any other."""
    rows: list[Fee] = [
        ("", "DE", SEPARATE_LINE, None, 0, DSF + ": none in this store"),
        ("", "UK", SEPARATE_LINE, None, 20_000, DSF),
        ("UK", "DE", SEPARATE_LINE, None, 20_000, DSF),
        ("UK", "UK", SEPARATE_LINE, None, 20_000, DSF),
    ]
    for country in ("", "UK"):
        for store in ("IT", "ES", "FR"):
            rows.append((country, store, SEPARATE_LINE, LAST_BEFORE, 20_000, DSF))
            rows.append((country, store, RAISED, None, 30_000, DSF_RAISED))
    rows += [(country, store, SEPARATE_LINE, None, 30_000, DSF) for country in ("FR", "IT", "ES") for store in STORES]
    return rows


def seed(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001 - Django passes it
    """Insert what is not there yet; rows that people entered stay."""
    vat, fee, fx = (apps.get_model("arbitrage", name) for name in ("VatRate", "FeeRate", "FxRate"))
    vat.objects.bulk_create(
        [
            vat(country=country, valid_from=since, valid_to=until, rate=rate, source=source)
            for country, since, until, rate, source in STANDARD_VAT
        ],
        ignore_conflicts=True,
    )
    fees = [
        fee(
            kind="digital_services",
            seller_country=country,
            store=store,
            valid_from=since,
            valid_to=until,
            rate=rate,
            on_fulfilment=store in WITH_FULFILMENT,
            source=source,
        )
        for country, store, since, until, rate, source in digital_services()
    ]
    fees.append(fee(kind="fuel", valid_from=SEPARATE_LINE, valid_to=date(2026, 4, 16), rate=0, source=NO_FUEL))
    fees.append(fee(kind="fuel", valid_from=FUEL_FROM, rate=15_000, source=FUEL))
    fee.objects.bulk_create(fees, ignore_conflicts=True)
    fx.objects.bulk_create(
        [fx(day=date(2026, 9, 30), currency="GBP", rate=Decimal("0.85463"), source=ECB_SEED)], ignore_conflicts=True
    )


def add_default_profile(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001 - Django passes it
    """A seller in Germany with one registration; what a unit costs to handle is a starting point to edit."""
    profile = apps.get_model("arbitrage", "SellerProfile")
    if not profile.objects.filter(is_default=True).exists():
        profile.objects.create(
            name="Germany, one registration",
            is_default=True,
            country="DE",
            vat_registrations=["DE"],
            inbound=90,
            prep=60,
            storage=20,
        )


class Migration(migrations.Migration):
    dependencies = [("arbitrage", "0001_initial")]

    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunPython(add_default_profile, migrations.RunPython.noop),
    ]
