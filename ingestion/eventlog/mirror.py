"""Copies of dead letters on Kafka, in `<topic>.dlq`: the original bytes and headers, with the reason in headers.

The table stays the truth. A letter says itself which cluster has its copy, so none is passed over, whatever the order
in which transactions committed; a copy may be sent twice.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import partial

import structlog
from confluent_kafka import KafkaError, KafkaException, Message, Producer
from django.conf import settings

from ingestion.eventlog import wire
from ingestion.eventlog.base import Place
from ingestion.eventlog.broker import name_of
from ingestion.eventlog.holdings import at
from ingestion.models import DeadLetter
from ingestion.topics import TOPICS

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=1)
REST = timedelta(seconds=30)
"""How long to rest after the broker refused a copy, which it goes on doing until somebody has created the topic."""
AT_ONCE = 100
SCHEMA = "1"


class Mirror:
    """The copies of one cluster, sent by the relay that holds the partition a letter came from."""

    def __init__(self, cluster: str) -> None:
        self._cluster = cluster
        self._due: datetime | None = None
        self._in_flight: set[int] = set()
        self._delivered: set[int] = set()
        self._refusal = ""

    def turn(self, producer: Producer, held: Collection[Place], now: datetime) -> None:
        """Note what was delivered; send what waits, once a second, or less often while the broker refuses copies."""
        if self._delivered:
            DeadLetter.objects.filter(pk__in=self._delivered).update(mirrored=self._cluster)
            self._delivered.clear()
        if self._due is not None and now < self._due:
            return
        self._due = now + EVERY
        if self._refusal:
            log.warning("dead letters are not copied yet", reason=self._refusal)
            self._refusal, self._due = "", now + REST
            return
        for letter in self._waiting(held):
            self._send(producer, letter)

    def is_behind(self) -> bool:
        """Whether letters wait for their copy."""
        return DeadLetter.objects.filter(topic__in=TOPICS).exclude(mirrored=self._cluster).exists()

    def _waiting(self, held: Collection[Place]) -> Iterable[DeadLetter]:
        rows = DeadLetter.objects.filter(at(held)).exclude(mirrored=self._cluster)
        return rows.exclude(pk__in=self._in_flight).order_by("pk")[:AT_ONCE]

    def _send(self, producer: Producer, letter: DeadLetter) -> None:
        """What does not go now goes later: a missing topic must not keep the log itself from being shipped."""
        topic, value = TOPICS[letter.topic], bytes(letter.value)
        is_elsewhere = len(value) > topic.most_bytes
        try:
            producer.produce(
                name_of(topic.dead_letters),
                None if is_elsewhere else value,
                letter.key,
                letter.partition,
                partial(self._reported, letter.pk),
                timestamp=int(letter.timestamp.timestamp() * 1000),
                headers=headers_of(letter, is_elsewhere=is_elsewhere),
            )
        except (BufferError, KafkaException) as error:
            self._refusal = str(error)
            return
        self._in_flight.add(letter.pk)

    def _reported(self, pk: int, error: KafkaError | None, _: Message) -> None:
        self._in_flight.discard(pk)
        if error is None:
            self._delivered.add(pk)
        else:
            self._refusal = error.str()


def headers_of(letter: DeadLetter, *, is_elsewhere: bool) -> wire.Headers:
    """The record's own headers, then why it was set aside and where it stood."""
    why = {
        "dlq.schema": SCHEMA,
        "dlq.class": letter.kind,
        "dlq.stage": letter.group,
        "dlq.error.type": letter.error_class,
        "dlq.error.message": letter.reason,
        "dlq.topic": letter.topic,
        "dlq.partition": str(letter.partition),
        "dlq.offset": str(letter.offset),
        "dlq.epoch": str(letter.epoch),
        "dlq.timestamp": letter.timestamp.isoformat(),
        "dlq.group": letter.group,
        "dlq.attempts": str(letter.attempts),
        "dlq.first_failed_at": letter.failed_at.isoformat(),
        "dlq.app_version": settings.VERSION,
    }
    marks: wire.Headers = [(wire.ELSEWHERE, b"sql")] if is_elsewhere else []
    return marks + wire.encoded(letter.headers) + wire.encoded(why)
