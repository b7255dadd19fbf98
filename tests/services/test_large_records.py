"""A record that is too large for Kafka and makes no sense either, from the log to its dead letter's copy."""

from collections.abc import Iterator

import pytest
from confluent_kafka.admin import AdminClient
from django.db import transaction

from arbitrage_site import clock
from benchmarks.records import updates
from ingestion.enrichment import EnrichmentConsumer
from ingestion.eventlog import wire
from ingestion.eventlog.kafka import KafkaReader
from ingestion.eventlog.relay import Relay
from ingestion.eventlog.sql import Entry, append, append_entries
from ingestion.models import DeadLetter, LogPosition
from ingestion.runner.loop import Runner
from ingestion.topics import ENRICHMENT, RAW
from products.models import Listing
from tests.contracts.event_log import eventually
from tests.contracts.kafka_log import LARGE, messages
from tests.services.broker import own_topics


@pytest.fixture
def topic() -> Iterator[AdminClient]:
    with own_topics([RAW]) as admin:
        yield admin


@pytest.fixture
def relay(topic: AdminClient, db: None) -> Iterator[Relay]:
    relay = Relay("relay", topics=[RAW])
    yield relay
    relay.close()


def ship(relay: Relay) -> None:
    eventually(lambda: not relay.turn(clock.now()) and not relay.behind())


def consume(until: int) -> None:
    runner = Runner(EnrichmentConsumer(), KafkaReader(ENRICHMENT, [RAW], "one"))

    def passed() -> bool:
        runner.turn(clock.now())
        assert not runner.stopped_because
        return sum(LogPosition.objects.values_list("next_offset", flat=True)) == until

    eventually(passed)
    runner.reader.close()


@pytest.mark.django_db(transaction=True)
def test_twenty_megabytes_of_garbage_are_one_dead_letter_and_their_neighbours_are_applied(relay: Relay) -> None:
    before, after = updates(2)
    with transaction.atomic():
        append(RAW, [before], now=clock.now())
        append_entries(RAW, [Entry(before.asin, b"\xff" * LARGE, {"schema": "raw.keepa_updates.v1"})], now=clock.now())
        append(RAW, [after], now=clock.now())
    ship(relay)
    assert [bool(message.value()) for message in messages(3, RAW.name)] == [True, False, True]

    consume(until=3)
    assert set(Listing.objects.values_list("marketplace", flat=True)) == {before.marketplace, after.marketplace}
    [letter] = DeadLetter.objects.all()
    assert (letter.offset, len(letter.value)) == (1, LARGE)

    ship(relay)
    [copy] = messages(1, RAW.dead_letters)
    assert (copy.key(), copy.value()) == (before.asin.encode(), None)
    headers = dict(copy.headers() or ())
    assert (headers[wire.ELSEWHERE], headers["dlq.offset"]) == (b"sql", b"1")
