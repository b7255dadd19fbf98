"""Beginning a new generation of the log, which a restore from a backup makes mandatory.

Offsets that were given out after the backup are given out again; the epoch keeps the two apart wherever a record's
number was seen, on a broker above all.
"""

from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from ingestion.eventlog.sql import create_partitions
from ingestion.models import LogEpoch, LogPartition, LogPosition, LogRecord
from ingestion.topics import TOPICS, Topic


@dataclass(slots=True)
class Recreated:
    """The new epoch, how many records are still to be read in it, and what positions had to step over."""

    epoch: int
    lifted: int = 0
    lost: list[str] = field(default_factory=list)


def recreate(*, above: int = 0) -> Recreated:
    """Raise the epoch, lift the records that some group has still to read into it, step over missing ones.

    `above` is a generation that was seen elsewhere, such as `seen_elsewhere`. One transaction.
    Running consumers notice at their next save, roll back, and read again.
    """
    with transaction.atomic():
        row, _ = LogEpoch.objects.select_for_update().get_or_create(pk=1)
        row.epoch = max(row.epoch, above) + 1
        row.save()
        done = Recreated(row.epoch)
        for topic in TOPICS.values():
            create_partitions(topic)
            for partition in LogPartition.objects.select_for_update().filter(topic=topic.name).order_by("partition"):
                _lift(topic, partition, done)
    return done


def seen_elsewhere() -> int:
    """The newest generation that the broker of the settings has records of; 0 without a broker.

    Raises TransientError or ConsumerStopped if the broker does not answer or refuses.
    """
    if not settings.KAFKA:
        return 0
    from ingestion.eventlog.generations import newest_epoch  # librdkafka is loaded only where it is used

    return newest_epoch()


def _lift(topic: Topic, partition: LogPartition, done: Recreated) -> None:
    records = LogRecord.objects.filter(topic=topic.name, partition=partition.partition)
    positions = LogPosition.objects.filter(topic=topic.name, partition=partition.partition)
    for position in positions.order_by("group"):
        _step_over(position, records.filter(offset__gte=position.next_offset), partition.next_offset, done)
    known = set(positions.values_list("group", flat=True))
    unread = [position.next_offset for position in positions]
    if set(topic.groups) - known:
        unread.append(partition.first_offset)
    if unread:
        done.lifted += records.filter(offset__gte=min(unread)).update(epoch=done.epoch)


def _step_over(position: LogPosition, unread: QuerySet[LogRecord], end: int, done: Recreated) -> None:
    kept = unread.order_by("offset").values_list("offset", flat=True).first()
    following = end if kept is None else kept
    if following != position.next_offset:
        done.lost.append(f"{position}: {position.next_offset} to {following - 1} are not in the log")
        LogPosition.objects.filter(pk=position.pk).update(next_offset=following)
