"""The main job from the simulator to opportunities, with every part real: HTTP, tokens, log, consumers, database."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.management import call_command
from pytest_django import Settings

from arbitrage.demo import NAME
from arbitrage.models import Alert, Opportunity, SellerProfile
from arbitrage_site.clock import moment_of, now
from ingestion import polling
from ingestion.keepa import paid
from ingestion.models import DeadLetter, LogRecord
from ingestion.simulator.catalogue import demo_asins
from ingestion.simulator.planted import planted
from products.models import Listing, Product, RollUp, RollUpShare
from products.tasks import roll_up
from tests.simulator import START_MINUTE, Running, running_simulator

PRODUCTS = 300
pytestmark = pytest.mark.django_db


@pytest.fixture
def simulator(settings: Settings) -> Iterator[Running]:
    settings.DEMO = True
    with running_simulator() as running, time_machine.travel(moment_of(START_MINUTE), tick=True):
        settings.KEEPA_BASE_URL = running.url
        yield running


def _run_pipeline() -> None:
    with paid.from_settings() as client:
        assert polling.poll_due(client).errors == []
    for command in ("consume_raw", "detect_opportunities", "evaluate_alerts"):
        call_command(command, until_end=True)


def test_every_planted_flip_is_found_to_the_cent_and_no_other(simulator: Running) -> None:
    call_command("load_demo", products=PRODUCTS)

    _run_pipeline()

    found = Opportunity.objects.filter(profile__name=NAME, state=Opportunity.State.OPEN)
    expected = planted(simulator.simulator.market, demo_asins(PRODUCTS), START_MINUTE)
    rows = {(row.product_id, row.source, row.target): (row.net, row.currency) for row in found}
    assert len(expected) > 10
    assert rows == {(flip.asin, flip.source, flip.target): (flip.net, flip.currency) for flip in expected}
    assert Listing.objects.count() > PRODUCTS * 4
    assert not DeadLetter.objects.exists()
    assert Alert.objects.exists()
    scores = sorted(row.score for row in found)
    assert scores[0] < 40 < 60 <= scores[len(scores) // 2] <= 80 < scores[-1], "a score that tells flips apart"


def test_what_the_pipeline_leaves_behind_is_consistent(simulator: Running) -> None:
    call_command("load_demo", products=40)
    _run_pipeline()
    simulator.advance(minutes=90)

    with time_machine.travel(now().replace(microsecond=0) + (moment_of(90) - moment_of(0)), tick=True):
        _run_pipeline()
        call_command("conservation")


def test_clearing_the_demo_leaves_nothing_that_was_invented(simulator: Running) -> None:
    call_command("load_demo", products=10)
    _run_pipeline()
    roll_up()
    assert RollUp.objects.exists()

    call_command("load_demo", clear=True)

    for model in (Product, Listing, RollUp, RollUpShare, LogRecord, Opportunity, Alert):
        assert not model._default_manager.exists(), model
    assert SellerProfile.objects.get(is_default=True).name == "Germany, one registration"
