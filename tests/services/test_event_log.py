"""The event log on a real Kafka keeps the contract."""

from collections.abc import Iterator

import pytest

from arbitrage_site import clock
from ingestion.eventlog import broker
from ingestion.eventlog.base import Reader
from ingestion.eventlog.kafka import KafkaReader
from ingestion.eventlog.relay import Relay
from ingestion.topics import ENRICHED
from tests.contracts.event_log import EventLogContract
from tests.services.broker import own_topics

QUICK: broker.Settings = {"session.timeout.ms": 1500, "heartbeat.interval.ms": 300, "max.poll.interval.ms": 2000}
"""A member that falls silent is missed soon."""


@pytest.mark.django_db
class TestKafkaEventLog(EventLogContract):
    """The contract on a broker."""

    @pytest.fixture(autouse=True)
    def _relay(self, db: None) -> Iterator[None]:
        with own_topics([ENRICHED]):
            self.relay = Relay("relay", topics=[ENRICHED])
            yield
            self.relay.close()

    def open_reader(self, owner: str, group: str) -> Reader:
        return KafkaReader(group, [ENRICHED], owner, settings=QUICK)

    def carry(self) -> None:
        while self.relay.turn(clock.now()) or self.relay.behind():
            pass
