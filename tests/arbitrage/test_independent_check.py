"""Fifty products of the demo, drawn at random: profit recomputed by a script that shares no code agrees to the cent."""

import random
import re
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from arbitrage.models import SellerProfile
from arbitrage_site.clock import moment_of
from ingestion import polling
from ingestion.keepa import paid
from tests.independent import recompute
from tests.simulator import START_MINUTE, running_simulator

PRODUCTS, DRAWN, SEED = 120, 50, 20_261_124


@pytest.fixture
def demo(settings: Settings) -> Iterator[sqlite3.Connection]:
    """A demo database after one round of polling, at a moment that stands still."""
    settings.DEMO = True
    with running_simulator() as running, time_machine.travel(moment_of(START_MINUTE), tick=True):
        settings.KEEPA_BASE_URL = running.url
        call_command("load_demo", products=PRODUCTS)
        with paid.from_settings() as client:
            polling.poll_due(client)
        for command in ("consume_raw", "detect_opportunities"):
            call_command(command, until_end=True)
        assert connection.connection is not None
        yield connection.connection


def explained(asin: str, source: str, target: str) -> Decimal:
    """The net profit that `explain` prints."""
    out = StringIO()
    call_command("explain", asin, source, target, stdout=out)
    found = re.search(r"^NET PROFIT +(-?[0-9.]+) EUR$", out.getvalue(), re.MULTILINE)
    assert found, out.getvalue()
    return Decimal(found[1])


@pytest.mark.sqlite
@pytest.mark.django_db
def test_profit_straight_from_keepas_integers_agrees_to_the_cent(demo: sqlite3.Connection) -> None:
    products = recompute.drawn(demo, DRAWN, SEED)
    own = {(asin, source, target): net for asin, source, target, net in recompute.profits(products)}
    kept = {flip: said for flip, said in recompute.stored(demo).items() if flip[0] in products}
    draw = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    chosen = {asin: draw.choice([key for key in own if key[0] == asin]) for asin in sorted({key[0] for key in own})}

    assert len(products) == DRAWN
    assert len(chosen) > DRAWN * 0.9
    assert len(kept.keys() & own.keys()) >= 5
    assert recompute.wrong(own, kept) == []
    assert {key: explained(*key) for key in chosen.values()} == {key: own[key] for key in chosen.values()}


@pytest.mark.sqlite
@pytest.mark.django_db
def test_storage_by_volume_agrees_to_the_cent(demo: sqlite3.Connection) -> None:
    SellerProfile.objects.filter(name=recompute.PROFILE).update(storage=None, storage_days=75)
    products, storage = recompute.drawn(demo, DRAWN, SEED), recompute.storage_of(demo)
    own = {(asin, source, target): net for asin, source, target, net in recompute.profits(products, storage)}
    draw = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    chosen = [draw.choice([key for key in own if key[0] == asin]) for asin in sorted({key[0] for key in own})]

    assert storage == recompute.Storage(None, 75, moment_of(START_MINUTE).month)
    assert len(chosen) > DRAWN * 0.9
    assert {key: explained(*key) for key in chosen} == {key: own[key] for key in chosen}


def test_the_script_agrees_with_a_sum_made_by_hand() -> None:
    """49.99 / 1.22 = 40.98, + 1.50 = 42.48; 79.99 / 1.19 = 67.22; fees 12.00 + 3.15 + 0.05 + 0.20 = 15.40."""
    fees = {"referralFeePercentage": 15, "fbaFees": {"pickAndPackFee": 315}}
    bought = recompute.Seen({recompute.NEW: {100: 4999}}, until=200)
    sold = recompute.Seen({recompute.BUY_BOX: {100: 7999}}, asked_buy_box=True, until=200, product=fees)
    assert recompute.profit(bought, sold, "IT", "DE") == Decimal("9.34")
    bought.points[recompute.AMAZON] = {150: 4998}
    assert recompute.profit(bought, sold, "IT", "DE") == Decimal("9.35")


def test_the_script_tells_a_wrong_cent_and_an_unmarked_estimate() -> None:
    own = {("A", "IT", "DE"): Decimal("9.34"), ("B", "IT", "DE"): Decimal("1.00")}
    kept = {("A", "IT", "DE"): (Decimal("9.35"), False), ("B", "IT", "DE"): (Decimal("1.00"), True)}
    kept |= {("C", "IT", "DE"): (Decimal("5.00"), True), ("D", "IT", "DE"): (Decimal("5.00"), False)}
    assert recompute.wrong(own, kept) == [("A", "IT", "DE"), ("D", "IT", "DE")]
