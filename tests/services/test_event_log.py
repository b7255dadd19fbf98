"""The event log on a real Kafka keeps its contracts, through topics that are emptied or made anew as well."""

from collections.abc import Iterator

import pytest
from confluent_kafka.admin import AdminClient

from ingestion.eventlog import broker
from ingestion.eventlog.wire import OFFSET
from ingestion.topics import ENRICHED
from tests.contracts.kafka_log import KafkaLogContract
from tests.services.broker import create, delete, own_topics


@pytest.fixture
def topic() -> Iterator[AdminClient]:
    """A topic of this test alone."""
    with own_topics([ENRICHED]) as admin:
        yield admin


@pytest.mark.django_db
class TestKafkaLog(KafkaLogContract):
    """Both contracts on a broker."""

    def test_a_topic_that_was_made_anew_is_filled_again(self, topic: AdminClient) -> None:
        self.append(range(20))
        reader = self.reader("a")
        self.drain(reader)
        reader.close()
        self.relay.close()
        name = broker.name_of(ENRICHED.name)
        delete(topic, name)
        create(topic, [name])
        self.append(range(20))
        # The new ones first, by which the relay noticed; then all that is kept.
        found = {(message.partition(), dict(message.headers() or ())[OFFSET]) for message in self.messages(60)}
        assert len(found) == 40
        assert len(self.drain(self.reader("b"))) == 20
