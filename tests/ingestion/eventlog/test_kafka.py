"""The Kafka reader and the relay keep the contract on the broker that librdkafka brings along."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from pytest_django.fixtures import Settings

from arbitrage_site import clock
from ingestion.eventlog import broker
from ingestion.eventlog.base import Reader
from ingestion.eventlog.kafka import KafkaReader
from ingestion.eventlog.relay import Relay
from ingestion.topics import ENRICHED, PARTITIONS
from tests.contracts.event_log import EventLogContract
from tests.contracts.mock_cluster import MockCluster

QUICK: broker.Settings = {"session.timeout.ms": 1500, "heartbeat.interval.ms": 300, "max.poll.interval.ms": 2000}


@pytest.fixture(scope="module")
def cluster() -> Iterator[MockCluster]:
    mock = MockCluster()
    yield mock
    mock.close()


@pytest.fixture(autouse=True)
def _topic(cluster: MockCluster, settings: Settings) -> None:
    """A topic of this test alone."""
    settings.KAFKA = {"bootstrap.servers": cluster.address}
    settings.KAFKA_TOPIC_PREFIX = f"{uuid4().hex[:8]}-"
    cluster.create(broker.name_of(ENRICHED.name), PARTITIONS)


@pytest.mark.django_db
class TestKafkaEventLog(EventLogContract):
    """The contract on the mock broker."""

    @pytest.fixture(autouse=True)
    def _relay(self, _topic: None, db: None) -> Iterator[None]:
        self.relay = Relay("relay", topics=[ENRICHED])
        yield
        self.relay.close()

    def open_reader(self, owner: str, group: str) -> Reader:
        return KafkaReader(group, [ENRICHED], owner, settings=QUICK)

    def carry(self) -> None:
        while self.relay.turn(clock.now()) or self.relay.behind():
            pass
