"""Removing records that every declared group has passed and that are older than their topic keeps them.

Beside `run_consumers`, and by the hour where its consumers run as processes of their own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from ingestion.models import LogPartition, LogPosition, LogRecord
from ingestion.shipped import shipped_until
from ingestion.topics import TOPICS, Topic

SLICE = 40
"""Records in a transaction of SQLite, where one writer holds up all others: under 25 ms."""
SERVER_SLICE = 2_000
"""On a server, which holds up nobody but who appends to the same partition."""
SLICES_A_ROUND = 5
REST = timedelta(minutes=1)
"""How long to rest after no partition had anything to remove."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A group that keeps records of a topic from being removed, and since when the oldest of them waits."""

    group: str
    topic: str
    records: int
    oldest: datetime


class Pruning:
    """Called after each round of the consumers; removes a few slices, then goes on where it was."""

    def __init__(self) -> None:
        self._partitions: Iterator[LogPartition] = iter(())
        self._current: LogPartition | None = None
        self._resting_until: datetime | None = None

    def __call__(self, now: datetime) -> None:
        if self._resting_until is not None and now < self._resting_until:
            return
        self._resting_until = None
        for _ in range(SLICES_A_ROUND):
            self._current = self._current or next(self._partitions, None)
            if self._current is None:
                self._partitions = _partitions()
                self._resting_until = now + REST
                return
            if prune_slice(TOPICS[self._current.topic], self._current.partition, now=now) < _slice():
                self._current = None


def prune_all(now: datetime, stop: Callable[[], bool]) -> None:
    """Remove all that may go, unless `stop` ends it before."""
    for row in _partitions():
        while not stop() and prune_slice(TOPICS[row.topic], row.partition, now=now) == _slice():
            pass


def _partitions() -> Iterator[LogPartition]:
    return iter(LogPartition.objects.filter(topic__in=TOPICS).order_by("topic", "partition"))


def _slice() -> int:
    return SLICE if connection.vendor == "sqlite" else SERVER_SLICE


def prune_slice(topic: Topic, partition: int, *, now: datetime) -> int:
    """Remove a slice of the oldest records of a partition, if they may go; returns how many went."""
    row = LogPartition.objects.filter(topic=topic.name, partition=partition).first()
    if row is None:
        return 0
    records = LogRecord.objects.filter(topic=topic.name, partition=partition)
    old = records.filter(offset__lt=_passed(topic, row)).order_by("offset").values_list("offset", "timestamp")
    until = row.first_offset
    for offset, timestamp in old[: _slice()]:
        if timestamp > now - topic.keep:
            break
        until = offset + 1
    if until == row.first_offset:
        return 0
    with transaction.atomic():
        # First, because it holds the row: of two that prune the same partition one finds that it has moved on.
        moved = LogPartition.objects.filter(pk=row.pk, first_offset=row.first_offset).update(first_offset=until)
        if moved:
            records.filter(offset__lt=until).delete()
    return until - row.first_offset if moved else 0


def _passed(topic: Topic, row: LogPartition) -> int:
    """The offset below which no declared group has anything left to read, and Kafka, where there is one, has it all."""
    positions = LogPosition.objects.filter(topic=topic.name, partition=row.partition, group__in=topic.groups)
    reached = dict(positions.values_list("group", "next_offset"))
    shipped = shipped_until(topic.name, row.partition) if settings.KAFKA else row.next_offset
    return min([shipped, *(reached.get(group, 0) for group in topic.groups)])


def blocked(*, now: datetime) -> list[Blocked]:
    """Which groups keep records from being removed that are old enough."""
    found = []
    for topic in TOPICS.values():
        for group in topic.groups:
            waiting = _old_and_unread(topic, group, now)
            if waiting:
                found.append(Blocked(group, topic.name, sum(n for n, _ in waiting), min(at for _, at in waiting)))
    return found


def _old_and_unread(topic: Topic, group: str, now: datetime) -> list[tuple[int, datetime]]:
    """Per partition: how many records the group has not read, and the age of the oldest, where that is too old."""
    positions = dict(LogPosition.objects.filter(topic=topic.name, group=group).values_list("partition", "next_offset"))
    waiting = []
    for row in LogPartition.objects.filter(topic=topic.name):
        next_offset = positions.get(row.partition, row.first_offset)
        unread = LogRecord.objects.filter(topic=topic.name, partition=row.partition, offset__gte=next_offset)
        oldest = unread.order_by("offset").values_list("timestamp", flat=True).first()
        if oldest is not None and oldest <= now - topic.keep:
            waiting.append((row.next_offset - next_offset, oldest))
    return waiting
