"""What pages, probes and metrics say of the relay, from the database alone."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from pytest_django.fixtures import Settings

from arbitrage_site import clock
from ingestion import kafka_checks, metrics, shipped
from ingestion.eventlog.sql import append
from ingestion.models import RelayPosition
from ingestion.runner.states import Standing
from ingestion.topics import ENRICHED
from tests.contracts.event_log import NOON, event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kafka(settings: Settings) -> None:
    settings.KAFKA = {"bootstrap.servers": "127.0.0.1:1"}


def shipped_to(cluster: str, count: int, saved_at: datetime) -> None:
    """Five records of one partition, so many of them shipped to a cluster."""
    with transaction.atomic():
        [(partition, last)] = append(ENRICHED, [event(1)] * 5, now=NOON)[-1:]
    RelayPosition.objects.create(
        cluster=cluster, topic=ENRICHED.name, partition=partition, next_offset=last + 1 - 5 + count, saved_at=saved_at
    )


def test_the_lag_is_that_of_the_cluster_that_was_shipped_to_last() -> None:
    shipped_to("new", 3, NOON)
    RelayPosition.objects.create(cluster="old", topic=ENRICHED.name, partition=0, next_offset=99, saved_at=None)
    assert shipped.lag()[ENRICHED.name] == 2
    [family] = [one for one in metrics.facts(NOON) if one.name == "arbitrage_relay_lag"]
    assert {sample.labels["topic"]: sample.value for sample in family.samples}[ENRICHED.name] == 2


def test_the_probe_tells_of_a_relay_that_is_away_or_stands_still() -> None:
    relay = Standing(shipped.GROUP)
    assert kafka_checks.probe(NOON).status == "down"
    relay.stopped("Kafka has no topic x.", now=NOON)
    assert "Kafka has no topic x." in kafka_checks.probe(NOON).detail
    relay.going(now=NOON)
    assert kafka_checks.probe(NOON).status == "ok"
    assert "not seen for a minute" in kafka_checks.probe(NOON + timedelta(minutes=2)).detail


def test_the_pipeline_page_shows_the_relay_and_why_it_stands_still(admin_client: Client) -> None:
    shipped_to("new", 3, NOON)
    Standing(shipped.GROUP).stopped("Kafka has no topic x.", now=clock.now())
    page = admin_client.get("/pipeline/").content.decode()
    assert "Relay to Kafka" in page
    assert "Kafka has no topic x." in page


def test_without_kafka_nothing_of_it_is_shown(settings: Settings, admin_client: Client) -> None:
    settings.KAFKA = {}
    assert kafka_checks.check_kafka(None) == []
    assert "Relay to Kafka" not in admin_client.get("/pipeline/").content.decode()
