"""The log by itself: no gap, no event twice, no position beyond its end, nothing removed before it was passed."""

from collections.abc import Iterable, Iterator
from uuid import UUID

import msgspec

from ingestion.conservation.kept import pages
from ingestion.conservation.report import Check
from ingestion.dead_letters import RETRY_HEADER
from ingestion.eventlog.base import Record
from ingestion.models import LogPartition, LogPosition, LogRecord
from ingestion.topics import ALERT, TOPICS

_TRIES = 5
"""Records are appended and removed while one looks: a difference has to be seen again to count."""


def structure() -> Check:
    """Every partition holds all records from its first offset to its next one, and positions lie between."""
    check = Check("Log")
    partitions = list(LogPartition.objects.filter(topic__in=TOPICS).order_by("topic", "partition"))
    for partition in partitions:
        check.differences += _settled(partition)
    kept = sum(partition.next_offset - partition.first_offset for partition in partitions)
    check.seen = (
        f"{len(partitions)} partitions with {kept} kept records,"
        f" {len(check.differences)} gaps or positions out of their place"
    )
    return check


def _settled(partition: LogPartition) -> list[str]:
    found: list[str] = []
    for _ in range(_TRIES):
        partition.refresh_from_db()
        found = [*_gaps(partition), *_positions(partition)]
        if not found:
            break
    return found


def _gaps(partition: LogPartition) -> Iterator[str]:
    wanted = partition.next_offset - partition.first_offset
    kept = LogRecord.objects.filter(
        topic=partition.topic,
        partition=partition.partition,
        offset__gte=partition.first_offset,
        offset__lt=partition.next_offset,
    ).count()
    if kept != wanted:
        span = f"{partition.first_offset} to {partition.next_offset - 1}"
        yield f"{partition}: of the {wanted} records {span} only {kept} are there"


def _positions(partition: LogPartition) -> Iterator[str]:
    groups = TOPICS[partition.topic].groups
    rows = LogPosition.objects.filter(topic=partition.topic, partition=partition.partition, group__in=groups)
    end = LogPartition.objects.values_list("next_offset", flat=True).get(pk=partition.pk)
    for row in rows:
        if row.next_offset > end:
            yield f"{row} stands at {row.next_offset}, beyond the end {end}"
        if row.next_offset < partition.first_offset:
            yield f"{row} stands at {row.next_offset}, but records below {partition.first_offset} were removed"


class _Identity(msgspec.Struct):
    event_id: UUID
    alert_id: UUID | None = None


def events_once() -> Check:
    """No event and no alert stands in the kept log twice; a replayed dead letter is the same event on purpose."""
    check = Check("Events")
    total = 0
    for topic in TOPICS:
        first: dict[UUID, str] = {}
        for record, identity in _identified(topic):
            total += 1
            for one in _names(topic, identity):
                if one in first:
                    check.differences.append(f"{record} repeats {one}, which {first[one]} carries already")
                first.setdefault(one, str(record))
    check.seen = f"{total} kept records carry an event, {len(check.differences)} of them one that came before"
    return check


def _names(topic: str, identity: _Identity) -> set[UUID]:
    """An alert may be named like its event; whether it is, is up to the rules."""
    alert = identity.alert_id if topic == ALERT.name else None
    return {identity.event_id, alert or identity.event_id}


def _identified(topic: str) -> Iterator[tuple[Record, _Identity]]:
    decoder = msgspec.json.Decoder(_Identity)
    for record in _kept(LogPartition.objects.filter(topic=topic).order_by("partition")):
        if RETRY_HEADER in record.headers:
            continue
        try:
            yield record, decoder.decode(record.value)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue  # without an identity: whoever reads the topic sets it aside


def _kept(partitions: Iterable[LogPartition]) -> Iterator[Record]:
    for row in partitions:
        for page in pages(row.topic, row.partition, row.first_offset, row.next_offset):
            yield from page
