"""A member of a Kafka group: which partitions it was assigned, and the messages that come of them.

Callbacks of librdkafka run inside `consume` and touch memory alone; the database follows after it.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import cast

import structlog
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, TopicPartition

from ingestion.eventlog import broker, wire
from ingestion.eventlog.base import Place
from ingestion.topics import Topic

log = structlog.get_logger(__name__)

ROLE: broker.Settings = {
    "enable.auto.commit": "false",
    "enable.auto.offset.store": "false",
    "auto.offset.reset": "earliest",  # what was read before is dropped by its number
    "partition.assignment.strategy": "cooperative-sticky",
    "session.timeout.ms": 15_000,
    "heartbeat.interval.ms": 3_000,
    "max.poll.interval.ms": 300_000,
    "queued.max.messages.kbytes": 8_192,
    "fetch.queue.backoff.ms": 10,
    "fetch.error.backoff.ms": 100,
}

LEAVE_SECONDS = 5.0
LOOK_SECONDS = 0.02
QUIET = 2
"""So many looks without a message and without a partition, before a member is closed."""


class Membership:
    """Joins `group` at once. `seek` gives the broker's offset of a partition to begin at, None for the oldest."""

    def __init__(
        self, group: str, topics: Sequence[Topic], seek: Callable[[Place, str], int | None], own: broker.Settings
    ) -> None:
        self.assigned: set[Place] = set()
        self.given_up: set[Place] = set()
        self._seek = seek
        self._complaints = broker.Complaints()
        role = {**ROLE, "group.id": broker.name_of(group)}
        self._consumer = broker.connect(Consumer, self._complaints, role, own)
        try:
            self.cluster = broker.look(self._consumer, topics, self._complaints)
        except Exception:
            self._consumer.close()
            raise
        names = [broker.name_of(topic.name) for topic in topics]
        self._consumer.subscribe(names, on_assign=self._assign, on_revoke=self._revoke, on_lost=self._revoke)

    def consume(self, most: int) -> list[wire.Received]:
        """What is here now, without waiting. Raises what a person must mend, or what should be tried again."""
        messages = self._consumer.consume(most, 0.0)
        for error in [error for message in messages if (error := message.error()) is not None]:
            self._note(error)
        if not messages:
            self._complaints.check()
        return cast("list[wire.Received]", [message for message in messages if message.error() is None])

    def tell(self, offsets: Mapping[Place, int | None]) -> None:
        """Commit to Kafka, where lag tools look; nothing depends on it, so an error is only noted."""
        wanted = [
            TopicPartition(broker.name_of(topic), partition, offset)
            for (topic, partition), offset in offsets.items()
            if offset is not None and (topic, partition) in self.assigned
        ]
        with suppress(KafkaException):
            if wanted:
                self._consumer.commit(offsets=wanted, asynchronous=True)

    def look(self) -> None:
        """Ask the broker something. Raises TransientError where this client gets no answer.

        That may be the client's own fault: a broker that has just woken up says of itself that it is not there, and
        librdkafka, told of no broker at all, never asks anybody again (librdkafka issue 5301).
        """
        broker.listed(self._consumer, self._complaints)

    def close(self) -> None:
        """Leave the group: give everything up first, and close when that has been answered.

        A rebalance that is under way while librdkafka closes may never be answered, and then the whole process stands
        still, signals included (librdkafka issue 4884).
        """
        with suppress(KafkaException):
            self._give_up()
        self._consumer.close()

    def _give_up(self) -> None:
        self._consumer.unsubscribe()
        until = time.monotonic() + LEAVE_SECONDS
        quiet = 0
        while quiet < QUIET and time.monotonic() < until:
            quiet = 0 if self._consumer.consume(1000, LOOK_SECONDS) or self.assigned else quiet + 1

    def _assign(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        for one in partitions:
            place = broker.topic_of(one.topic), one.partition
            offset = self._seek(place, self.cluster)
            one.offset = OFFSET_BEGINNING if offset is None else offset
            self.assigned.add(place)
            self.given_up.discard(place)
        consumer.incremental_assign(partitions)

    def _revoke(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        places = {(broker.topic_of(one.topic), one.partition) for one in partitions}
        self.assigned -= places
        self.given_up |= places
        consumer.incremental_unassign(partitions)

    def _note(self, error: KafkaError) -> None:
        if error.name() == "_MAX_POLL_EXCEEDED":
            log.warning("left the group for having been busy too long, and joins again")
        else:
            raise broker.refusal(error)
