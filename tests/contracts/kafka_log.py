"""What the relay and the Kafka reader promise beyond the contract of every log, on any broker."""

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from io import StringIO
from unittest.mock import Mock

import pytest
from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    Producer,
    TopicPartition,
)
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from arbitrage_site import clock
from ingestion.dead_letters import set_aside
from ingestion.errors import ConsumerStopped, InvalidRecord, TransientError
from ingestion.eventlog import broker, mirror, values, wire
from ingestion.eventlog.base import Fenced, Reader
from ingestion.eventlog.kafka import KafkaReader
from ingestion.eventlog.leases import RENEW
from ingestion.eventlog.reading import current_epoch
from ingestion.eventlog.relay import Relay
from ingestion.eventlog.sql import Entry, append, append_entries
from ingestion.models import DeadLetter, LogEpoch, LogPosition, LogRecord, RelayPosition
from ingestion.topics import DETECTOR, ENRICHED, PARTITIONS
from tests.contracts.event_log import NOON, EventLogContract, asin, event, eventually, offsets, passed

QUICK: broker.Settings = {"session.timeout.ms": 1500, "heartbeat.interval.ms": 300, "max.poll.interval.ms": 2000}
"""A member that falls silent is missed soon."""
LARGE = 20_000_000


def messages(count: int, topic: str) -> list[Message]:
    """What a program that knows nothing of us reads, from the start."""
    consumer = Consumer({**settings.KAFKA, "group.id": "bare"})
    name = broker.name_of(topic)
    consumer.assign([TopicPartition(name, number, OFFSET_BEGINNING) for number in range(PARTITIONS)])
    found: list[Message] = []

    def came() -> bool:
        found.extend(message for message in consumer.consume(1000, 0.1) if message.error() is None)
        return len(found) >= count

    eventually(came)
    consumer.close()
    return found


class KafkaLogContract(EventLogContract):
    """Whatever Kafka lost, repeats or never had, a group passes the records of SQL, each once."""

    @pytest.fixture(autouse=True)
    def _relay(self, topic: None, db: None) -> Iterator[None]:  # noqa: ARG002 - both must be there first
        """`topic` is the backend's: an empty topic ENRICHED under a prefix of the test's own."""
        self.relay = Relay("relay", topics=[ENRICHED])
        yield
        self.relay.close()

    def open_reader(self, owner: str, group: str) -> Reader:
        return KafkaReader(group, [ENRICHED], owner, settings=QUICK)

    def carry(self) -> None:
        self.ship(self.relay)

    def ship(self, relay: Relay) -> None:
        eventually(lambda: not relay.turn(clock.now()) and not relay.behind())

    def keep(self, numbers: Iterable[int]) -> None:
        """Append without shipping."""
        with transaction.atomic():
            append(ENRICHED, [event(number) for number in numbers], now=NOON)

    def send(self, *rows: LogRecord) -> None:
        """Put records on the broker by hand."""
        producer = Producer(dict(settings.KAFKA))
        for row in rows:
            headers = wire.headers_of(row.offset, row.epoch, wire.encoded(row.headers))
            value, place = values.unpack(row.value), row.partition
            producer.produce(broker.name_of(row.topic), value, row.key, place, timestamp=1, headers=headers)
        assert producer.flush(10) == 0

    def messages(self, count: int, topic: str = ENRICHED.name) -> list[Message]:
        return messages(count, topic)

    def test_anybody_can_read_a_value_as_plain_json(self) -> None:
        [sent] = self.append([7])
        [message] = self.messages(1)
        value = message.value()
        assert value is not None
        assert json.loads(value)["event_id"] == str(sent.event_id)
        assert message.key() == asin(7).encode()
        assert message.headers() == [("log-offset", b"0"), ("log-epoch", b"1"), ("schema", b"products.enriched.v1")]
        assert message.timestamp()[1] == NOON.timestamp() * 1000

    def test_what_is_shipped_again_is_passed_once(self) -> None:
        self.append(range(20))
        RelayPosition.objects.all().delete()
        again = Relay("another", topics=[ENRICHED])
        self.ship(again)
        again.close()
        assert len(self.messages(40)) == 40
        taken = self.drain(self.reader("a"))
        assert len({(record.place, record.offset) for record in taken}) == len(taken) == 20

    def test_a_gap_is_filled_from_sql(self) -> None:
        self.keep([1] * 6)
        self.send(LogRecord.objects.get(offset=1), LogRecord.objects.get(offset=5))
        assert list(offsets(self.drain(self.reader("a"))).values()) == [[0, 1, 2, 3, 4, 5]]

    def test_what_is_in_neither_stops_the_group_after_what_comes_before(self) -> None:
        self.keep([1] * 4)
        self.send(*LogRecord.objects.filter(offset__in=(0, 3)))
        LogRecord.objects.filter(offset=1).delete()
        reader = self.reader("a")
        assert [record.offset for record in self.wait(reader, 1)] == [0]
        self.take(reader)
        with pytest.raises(ConsumerStopped, match=r"Record 1 of products.enriched\[\d+\] is missing"):
            reader.poll(100, NOON)

    def test_a_cluster_that_is_new_gets_everything_and_nobody_reads_twice(self) -> None:
        self.append(range(20))
        reader = self.reader("a")
        self.drain(reader)
        reader.close()
        RelayPosition.objects.update(cluster="the old one")
        LogPosition.objects.update(broker_cluster="the old one", broker_offset=10**6)
        self.keep(range(20))
        other = Relay("another", topics=[ENRICHED])
        self.ship(other)
        other.close()
        assert RelayPosition.objects.filter(cluster="the old one").count() == PARTITIONS
        assert len(self.drain(self.reader("b"))) == 20

    def test_what_was_shipped_and_never_comes_is_read_from_sql(self) -> None:
        self.append([2])
        reader = self.reader("a")
        self.drain(reader)
        self.keep([1] * 3)
        for row in LogRecord.objects.filter(key=asin(1)):
            RelayPosition.objects.filter(partition=row.partition).update(next_offset=row.offset + 1)
        taken = [record for step in range(4) for record in self.take(reader, now=NOON + timedelta(seconds=6 * step))]
        assert [record.key for record in taken] == [asin(1)] * 3

    def test_a_message_that_is_not_of_the_relay_is_ignored(self) -> None:
        producer = Producer(dict(settings.KAFKA))
        producer.produce(broker.name_of(ENRICHED.name), b"{}", b"key", 0)
        producer.produce(
            broker.name_of(ENRICHED.name), b"{}", None, 0, headers=[("log-offset", b"x"), ("log-epoch", b"1")]
        )
        producer.flush()
        self.append(range(30))
        assert len(self.drain(self.reader("a"))) == 30

    def test_a_number_beyond_the_log_stops_the_group(self) -> None:
        self.keep([1])
        row = LogRecord.objects.get()
        row.offset = 0
        self.send(row)
        row.offset = 1
        self.send(row)
        reader = self.reader("a")
        with pytest.raises(ConsumerStopped, match=r"older than the log: run `manage.py topics recreate --yes`"):
            self.wait(reader, 2)

    def test_a_record_too_large_for_kafka_is_read_from_sql(self) -> None:
        self.append([1])
        with transaction.atomic():
            append_entries(ENRICHED, [Entry(asin(1), b"x" * LARGE, {"schema": "s"})], now=NOON)
        reader = self.reader("a")
        self.wait(reader, 1)
        self.carry()
        first, large = self.wait(reader, 2)
        assert (first.offset, large.offset, len(large.value)) == (0, 1, LARGE)
        assert sum(RelayPosition.objects.values_list("too_large", flat=True)) == 1
        assert [message.value() for message in self.messages(2)][1] is None

    def test_partitions_for_which_a_turn_has_no_room_are_shipped_in_the_next(self) -> None:
        self.append(range(50))
        self.keep(range(50))
        self.relay._mean_bytes = 4e6  # as after a record of 20 MB: room for four records
        self.carry()
        assert len(self.messages(100)) == 100

    def test_a_partition_that_was_added_on_the_broker_is_named(self) -> None:
        self.append([1])
        reader = self.reader("a")
        self.wait(reader, 1)
        assert isinstance(reader, KafkaReader)
        assert reader._membership
        reader._membership.assigned.add((ENRICHED.name, PARTITIONS))  # as Kafka does when it has shared anew
        with pytest.raises(ConsumerStopped, match="has 13 partitions on Kafka and must have 12"):
            reader.poll(100, NOON)
        assert len(self.wait(reader, 1)) == 1

    def test_a_member_whose_client_forgot_all_brokers_joins_again_with_another(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(broker, "LOOK_SECONDS", 0.1)
        self.append([1])
        reader = self.reader("a")
        self.wait(reader, 1)
        assert isinstance(reader, KafkaReader)
        assert reader._membership
        silent = KafkaException(KafkaError(KafkaError._TRANSPORT))
        client = reader._membership._consumer
        reader._membership._consumer = Mock(wraps=client, list_topics=Mock(side_effect=silent))
        reader.poll(100, NOON + RENEW)  # who has partitions is not asked
        reader._membership.assigned.clear()  # as after a session that nobody answered in
        with pytest.raises(TransientError, match="does not answer"):
            reader.poll(100, NOON + 2 * RENEW)
        assert len(self.wait(reader, 1)) == 1

    def test_only_one_relay_ships_and_another_goes_on_when_it_ends(self) -> None:
        self.append(range(5))
        standby = Relay("another", topics=[ENRICHED])
        self.keep(range(5))
        assert standby.turn(clock.now()) == 0
        assert set(RelayPosition.objects.values_list("owner", flat=True)) == {"relay"}
        self.relay.close()
        standby.forget()
        self.ship(standby)
        standby.close()
        assert len(self.messages(10)) == 10

    def test_a_relay_that_was_held_up_is_fenced_by_its_successor(self) -> None:
        self.append(range(5))
        self.keep(range(5))
        self.relay.turn(clock.now())
        RelayPosition.objects.update(owner="successor", next_offset=9)
        with pytest.raises(Fenced):
            self.ship(self.relay)
        assert set(RelayPosition.objects.values_list("next_offset", flat=True)) == {9}

    def test_a_dead_letter_has_a_copy_with_its_reason(self) -> None:
        self.append([7])
        [record] = self.wait(self.reader("a"), 1)
        set_aside(DETECTOR, [(record, InvalidRecord("Expected `int`", kind="schema"))], now=NOON)
        self.carry()
        [copy] = self.messages(1, ENRICHED.dead_letters)
        assert (copy.key(), copy.value(), copy.partition()) == (asin(7).encode(), record.value, record.partition)
        headers = dict(copy.headers() or ())
        assert headers["dlq.error.message"] == b"Expected `int`"
        assert (headers["dlq.class"], headers["dlq.offset"], headers["schema"]) == (
            b"schema",
            b"0",
            b"products.enriched.v1",
        )
        assert [row.mirrored for row in DeadLetter.objects.all()] == [RelayPosition.objects.all()[0].cluster]

    def test_letters_of_partitions_that_another_relay_ships_keep_no_other_waiting(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(mirror, "AT_ONCE", 1)
        self.append([7, 8])
        first, second = self.wait(self.reader("a"), 2)
        for record in (first, second):
            set_aside(DETECTOR, [(record, InvalidRecord("Expected `int`", kind="schema"))], now=NOON)
        RelayPosition.objects.filter(partition=first.partition).update(
            owner="elsewhere", lease_until=clock.now() + timedelta(minutes=1)
        )
        relay = Relay("relay", topics=[ENRICHED])  # as `self.relay` sees it when it renews its leases
        eventually(lambda: relay.turn(clock.now()) == 0 and DeadLetter.objects.exclude(mirrored="").exists())
        relay.close()
        assert [row.partition for row in DeadLetter.objects.exclude(mirrored="")] == [second.partition]

    def test_a_new_generation_is_above_every_one_that_was_shipped(self) -> None:
        LogEpoch.objects.create(pk=1, epoch=4)
        self.append(range(30))
        LogEpoch.objects.update(epoch=2)
        call_command("topics", "recreate", "--yes", stdout=StringIO())
        assert current_epoch() == 5
        reader = self.reader("a")
        self.carry()
        assert {record.epoch for record in self.drain(reader)} == {5}

    def test_a_reader_seeks_to_where_it_stood(self) -> None:
        self.append([1] * 10)
        first = self.reader("a")
        self.wait(first, 10)
        with transaction.atomic():
            first.save(passed(first.poll(4, NOON)), NOON)
        row = LogPosition.objects.get(group=DETECTOR, next_offset=4)
        assert (row.broker_offset, row.broker_cluster) == (4, RelayPosition.objects.all()[0].cluster)
