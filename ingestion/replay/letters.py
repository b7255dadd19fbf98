"""Dead letters in a replay: would the steps of today take these records? The live letters stay as they are."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from ingestion.eventlog import values
from ingestion.eventlog.murmur2 import partition_of
from ingestion.models import DeadLetter, LogEpoch, LogPartition, LogRecord
from ingestion.replay.filling import fill_given, fill_listings
from ingestion.replay.places import ALIAS, Place, ReplayRefused
from ingestion.runner.consumers import load
from ingestion.topics import PARTITIONS, TOPICS


def attempt(letters: Sequence[DeadLetter], place: Place, *, now: datetime) -> list[tuple[DeadLetter, str]]:
    """Append each letter to the replay's own log and run its steps; returns what became of each.

    A product that the replay does not know is taken there with its listings as they are live, so that its record
    meets the same state as it would here.
    """
    for letter in letters:
        _check(letter)
    place.prepare()
    with place.connected():
        with transaction.atomic(using=ALIAS):
            if not place.is_filled():
                fill_given()
            fill_listings({letter.key for letter in letters})
            records = [_append(letter, now) for letter in letters]
        place.run("-m", "ingestion.replay")
        return [(letter, _outcome(letter, record)) for letter, record in zip(letters, records, strict=True)]


def _check(letter: DeadLetter) -> None:
    groups = {consumer.group for consumer in map(load, settings.REPLAY_CONSUMERS)}
    if letter.group not in groups:
        raise ReplayRefused(
            f"Dead letter {letter.pk} is of {letter.group}, which is not part of a replay: it would raise alerts."
            " Replay it without --into."
        )
    if letter.topic not in TOPICS:
        raise ReplayRefused(f"Dead letter {letter.pk} is of the topic {letter.topic}, which no longer exists.")


def _append(letter: DeadLetter, now: datetime) -> LogRecord:
    """As `eventlog.append_entries` does, in a log that nobody else writes to."""
    row, _ = LogPartition.objects.using(ALIAS).get_or_create(
        topic=letter.topic, partition=partition_of(letter.key, PARTITIONS)
    )
    record = LogRecord.objects.using(ALIAS).create(
        topic=row.topic,
        partition=row.partition,
        offset=row.next_offset,
        key=letter.key,
        value=values.pack(bytes(letter.value)),
        headers=letter.headers,
        timestamp=now,
        epoch=LogEpoch.objects.using(ALIAS).get().epoch,
    )
    row.next_offset += 1
    row.save()
    return record


def _outcome(letter: DeadLetter, record: LogRecord) -> str:
    """Set aside once more, or taken."""
    place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    again = DeadLetter.objects.using(ALIAS).filter(**place, group=letter.group).first()
    return f"set aside again: {again.reason}" if again else f"taken as {record}"
