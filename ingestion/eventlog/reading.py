"""Reading the log's tables: what both readers and the relay ask of them."""

from collections.abc import Callable, Mapping, Sequence

from ingestion.errors import ConsumerStopped
from ingestion.eventlog import values
from ingestion.eventlog.base import Place, Record
from ingestion.models import LogEpoch, LogPartition, LogPosition, LogRecord


def current_epoch() -> int:
    """The generation of this log; 1 until `topics recreate` raises it."""
    return LogEpoch.objects.values_list("epoch", flat=True).first() or 1


def ends_of(topics: Sequence[str]) -> dict[Place, int]:
    """Where the next record of each partition goes, in the order of topics and partitions."""
    rows = LogPartition.objects.filter(topic__in=topics).order_by("topic", "partition")
    return {(topic, partition): end for topic, partition, end in rows.values_list("topic", "partition", "next_offset")}


def records_from(place: Place, start: int, limit: int) -> list[Record]:
    """The records from `start` on, up to the first one that is missing."""
    topic, partition = place
    rows = LogRecord.objects.filter(topic=topic, partition=partition, offset__gte=start).order_by("offset")
    records = []
    for expected, row in enumerate(
        rows.values_list("offset", "key", "value", "headers", "timestamp", "epoch")[:limit], start
    ):
        offset, key, value, headers, timestamp, epoch = row
        if offset != expected:
            break
        records.append(Record(topic, partition, offset, key, values.unpack(value), timestamp, epoch, headers))
    return records


def even_shares(
    group: str,
    waiting: Sequence[Place],
    positions: Mapping[Place, int],
    limit: int,
    read: Callable[[Place, int, int], Sequence[Record]],
) -> tuple[list[Record], str]:
    """Up to `limit` records, the same number of each place that waits; what one does not use goes to the next ones.

    `read` gives records of a place from a position on, up to a number of them. Beside the records comes why a place
    has none though it waits, or an empty text. Raises ConsumerStopped with that when no other has any.
    """
    records: list[Record] = []
    trouble = ""
    for number, place in enumerate(waiting):
        share = -(-(limit - len(records)) // (len(waiting) - number))
        found = read(place, positions[place], share)
        if share and not found:
            trouble = trouble or _missing(group, place, positions[place])
        records += found
    if trouble and not records:
        raise ConsumerStopped(trouble)
    return records, trouble


def is_behind(group: str, topics: Sequence[str]) -> bool:
    """Whether a group has still to pass records that are in the log now."""
    rows = LogPosition.objects.filter(group=group, topic__in=topics)
    positions = {(row.topic, row.partition): row.next_offset for row in rows}
    return any(positions.get(place, 0) < end for place, end in ends_of(topics).items())


def _missing(group: str, place: Place, offset: int) -> str:
    """Why a group cannot go on at a record that is nowhere."""
    topic, partition = place
    return (
        f"Record {offset} of {topic}[{partition}] is missing from the log, so {group} cannot go on without"
        " losing it. Restore the database from a backup, or accept the loss with `manage.py topics recreate --yes`."
    )
