"""The Kafka reader and the relay keep their contracts on the broker that librdkafka brings along."""

from collections.abc import Iterator
from unittest.mock import Mock
from uuid import uuid4

import pytest
from pytest_django.fixtures import Settings

from arbitrage_site import clock
from ingestion.errors import ConsumerStopped, TransientError
from ingestion.eventlog import broker
from ingestion.eventlog.membership import Membership
from ingestion.eventlog.relay import Relay
from ingestion.models import RelayPosition
from ingestion.topics import ENRICHED, PARTITIONS, RAW
from tests.contracts.event_log import NOON, eventually
from tests.contracts.kafka_log import QUICK, KafkaLogContract
from tests.contracts.mock_cluster import MockCluster

PRODUCE = 0
MSG_SIZE_TOO_LARGE = 10
OUT_OF_ORDER_SEQUENCE_NUMBER = 45


@pytest.fixture(scope="module")
def cluster() -> Iterator[MockCluster]:
    mock = MockCluster()
    yield mock
    mock.close()


@pytest.fixture
def topic(cluster: MockCluster, settings: Settings) -> None:
    """A topic of this test alone."""
    settings.KAFKA = {"bootstrap.servers": cluster.address}
    settings.KAFKA_TOPIC_PREFIX = f"{uuid4().hex[:8]}-"
    cluster.create(broker.name_of(ENRICHED.name), PARTITIONS)
    cluster.create(broker.name_of(ENRICHED.dead_letters), PARTITIONS)


@pytest.mark.django_db
class TestKafkaLog(KafkaLogContract):
    """Both contracts on the mock broker, and failures that only it can be told to have."""

    def test_a_record_that_the_broker_finds_too_large_is_read_from_sql(self, cluster: MockCluster) -> None:
        self.append([1])
        cluster.fail(PRODUCE, [MSG_SIZE_TOO_LARGE])
        self.append([1])
        assert sum(RelayPosition.objects.values_list("too_large", flat=True)) == 1
        assert len(self.drain(self.reader("a"))) == 2

    def test_a_producer_that_is_beyond_help_is_replaced(self, cluster: MockCluster) -> None:
        self.append(range(30))
        cluster.fail(PRODUCE, [OUT_OF_ORDER_SEQUENCE_NUMBER])
        self.keep(range(30))
        with pytest.raises(TransientError):
            self.carry()
        self.carry()
        assert len(self.drain(self.reader("a"))) == 60

    def test_a_member_gives_everything_up_before_it_closes(self) -> None:
        """A rebalance that librdkafka meets while it closes may never end, and holds the whole process."""
        member = Membership("closing", [ENRICHED], lambda *_: None, QUICK)
        eventually(lambda: bool(member.consume(1) or member.assigned))
        held: list[int] = []
        consumer = member._consumer

        def close() -> None:
            held.append(len(member.assigned))
            consumer.close()

        member._consumer = Mock(wraps=consumer, close=close)
        member.close()
        assert held == [0]

    def test_a_missing_topic_is_named(self) -> None:
        relay = Relay("another", topics=[RAW])
        with pytest.raises(ConsumerStopped, match=r"no topic \w+-raw.keepa_updates. Run `manage.py topics create`"):
            relay.turn(NOON)

    def test_other_partitions_than_declared_stop_relay_and_reader(self, cluster: MockCluster) -> None:
        cluster.create(broker.name_of(RAW.name), 4)
        relay = Relay("another", topics=[RAW])
        with pytest.raises(ConsumerStopped, match="has 4 partitions on Kafka and must have 12"):
            relay.turn(NOON)

    def test_tls_against_a_plain_broker_is_said_in_a_sentence(self, settings: Settings) -> None:
        settings.KAFKA = {**settings.KAFKA, "security.protocol": "SSL"}
        relay = Relay("another", topics=[ENRICHED])
        with pytest.raises(ConsumerStopped, match="do not agree on TLS"):
            relay.turn(clock.now())

    def test_nobody_at_the_address_is_tried_again(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(broker, "LOOK_SECONDS", 0.3)
        settings.KAFKA = {"bootstrap.servers": "127.0.0.1:1"}
        relay = Relay("another", topics=[ENRICHED])
        with pytest.raises(TransientError, match=r"Kafka at 127.0.0.1:1 does not answer"):
            relay.turn(clock.now())
