"""The detector and the alert rules as the runner serves them, on the real log."""

from datetime import timedelta

import pytest

from arbitrage.detection import recompute
from arbitrage.detection.consumer import DetectionConsumer
from arbitrage.models import Alert, Opportunity
from arbitrage.rules import AlertConsumer
from ingestion.eventlog.owners import new_owner
from ingestion.eventlog.sql import SqlReader
from ingestion.models import DeadLetter, LogRecord
from ingestion.runner.consumers import Consumer
from ingestion.runner.loop import Runner
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def run(consumer: Consumer, minutes: int) -> int:
    """Serve what waits; returns how many records were passed."""
    reader = SqlReader(consumer.group, consumer.topics, new_owner())
    runner = Runner(consumer, reader)
    passed = runner.turn(NOON + timedelta(minutes=minutes))
    reader.close()
    assert not runner.stopped_because
    return passed


def test_a_wish_becomes_an_opportunity_and_an_alert_once() -> None:
    product = factories.product(title="<b>hostile</b>\u202e")
    factories.listing(product, "IT", 4999)
    factories.listing(product, "DE", 7999, history_base=factories.history(7999))
    for minutes in (1, 2):
        recompute.request([product.asin], NOON)
        assert run(DetectionConsumer(), minutes) == 1
        run(AlertConsumer(), minutes)
    assert Opportunity.objects.get().state == "open"
    assert Alert.objects.get().opportunity == Opportunity.objects.get()
    assert LogRecord.objects.filter(topic="arbitrage.alerts").count() == 1
    assert not DeadLetter.objects.exists()
