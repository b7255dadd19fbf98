"""The event log in SQL tables: appending, which is the only way to write, and reading as a member of a group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from ingestion.eventlog import values
from ingestion.eventlog.base import Fenced, Passed, Place, Record
from ingestion.eventlog.leases import Leases
from ingestion.eventlog.murmur2 import partition_of
from ingestion.eventlog.reading import current_epoch, ends_of, even_shares, is_behind, records_from
from ingestion.events import Event, encode, schema_of
from ingestion.models import LogPartition, LogRecord
from ingestion.topics import PARTITIONS, Topic
from products import bulk

_COLUMNS = ("topic", "partition", "offset", "key", "value", "headers", "timestamp", "epoch")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be appended: bytes under a key."""

    key: str
    value: bytes
    headers: dict[str, str]


def append(topic: Topic, events: Sequence[Event], *, now: datetime) -> list[tuple[int, int]]:
    """Append inside the caller's transaction; returns (partition, offset) of each event in order.

    The partition rows stay locked until the caller commits, so the order of commits is the order of offsets and
    no reader can see a gap.
    """
    return append_entries(topic, [_entry(event) for event in events], now=now)


def append_entries(topic: Topic, entries: Sequence[Entry], *, now: datetime) -> list[tuple[int, int]]:
    """As `append`, for values that are encoded already."""
    if not entries:
        return []
    with transaction.atomic(savepoint=False):
        partitions = [partition_of(entry.key, PARTITIONS) for entry in entries]
        places = _numbered(topic, partitions)
        _insert(topic, entries, places, epoch=current_epoch(), now=now)
    return places


def _entry(event: Event) -> Entry:
    return Entry(key=event.asin, value=encode(event), headers={"schema": schema_of(type(event))})


def _numbered(topic: Topic, partitions: Sequence[int]) -> list[tuple[int, int]]:
    """Take the next offsets, locking the partition rows in order so that two appenders cannot deadlock."""
    wanted = sorted(set(partitions))
    rows = LogPartition.objects.select_for_update().filter(topic=topic.name, partition__in=wanted)
    ends = dict(rows.order_by("partition").values_list("partition", "next_offset"))
    if len(ends) < len(wanted):
        create_partitions(topic)
        return _numbered(topic, partitions)
    places = []
    for partition in partitions:
        places.append((partition, ends[partition]))
        ends[partition] += 1
    moved = [(ends[partition], topic.name, partition) for partition in wanted]
    bulk.update(LogPartition, ("next_offset",), moved, key=("topic", "partition"))
    return places


def create_partitions(topic: Topic) -> None:
    """Make sure that the topic's partition rows exist."""
    rows = [LogPartition(topic=topic.name, partition=partition) for partition in range(PARTITIONS)]
    LogPartition.objects.bulk_create(rows, ignore_conflicts=True)


def _insert(
    topic: Topic, entries: Sequence[Entry], places: Sequence[tuple[int, int]], *, epoch: int, now: datetime
) -> None:
    rows = [
        (topic.name, partition, offset, entry.key, values.pack(entry.value), entry.headers, now, epoch)
        for entry, (partition, offset) in zip(entries, places, strict=True)
    ]
    bulk.insert(LogRecord, _COLUMNS, rows)


class SqlReader:
    """A member of a group that reads the log table; `owner` names the member (`owners.new_owner`)."""

    def __init__(self, group: str, topics: Sequence[Topic], owner: str) -> None:
        self.group = group
        self.epoch = 1
        self.trouble = ""
        self._topics = [topic.name for topic in topics]
        self._leases = Leases(group, topics, owner)

    def poll(self, limit: int, now: datetime) -> Sequence[Record]:
        """See `Reader.poll`. The generation is read first: a record can then only seem too new, never too old."""
        self.epoch = current_epoch()
        positions = self._leases.positions(now)
        waiting = [place for place, end in ends_of(self._topics).items() if positions.get(place, end) < end]
        records, self.trouble = even_shares(self.group, waiting, positions, limit, records_from)
        return records

    def save(self, passed: Mapping[Place, Passed], now: datetime) -> None:
        """See `Reader.save`."""
        if current_epoch() != self.epoch:
            raise Fenced("The log's generation was raised.")
        self._leases.move(passed, now)

    def forget(self) -> None:
        """See `Reader.forget`."""
        self._leases.forget()

    def behind(self) -> bool:
        """See `Reader.behind`."""
        return is_behind(self.group, self._topics)

    def close(self) -> None:
        """See `Reader.close`."""
        self._leases.release()
