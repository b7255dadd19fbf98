"""Records set aside: kept with their bytes and reason until a person replays or drops them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from arbitrage_site.nul import without_nul
from ingestion.errors import InvalidRecord
from ingestion.eventlog.base import Record
from ingestion.eventlog.sql import Entry, append_entries
from ingestion.models import DeadLetter
from ingestion.topics import TOPICS

RETRY_HEADER = "dlq.retry"
"""How often a record was replayed, in the header of the copy."""

_UNIQUE = ["group", "topic", "partition", "offset", "epoch"]


class UnknownTopic(Exception):
    """A letter's topic is not declared any more, so it cannot be appended again."""


def set_aside(group: str, letters: Sequence[tuple[Record, InvalidRecord]], *, now: datetime) -> None:
    """Keep records that `group` can never apply, inside the transaction that passes them."""
    rows = [_letter(group, record, reason, now) for record, reason in letters]
    DeadLetter.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=_UNIQUE, update_fields=["kind", "reason", "error_class", "failed_at"]
    )


def _letter(group: str, record: Record, reason: InvalidRecord, now: datetime) -> DeadLetter:
    cause = reason.__cause__
    return DeadLetter(
        group=group,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        epoch=record.epoch,
        key=record.key,
        value=record.value,
        headers=record.headers,
        timestamp=record.timestamp,
        kind=reason.kind,
        reason=without_nul(reason.reason)[:500],
        error_class=type(cause or reason).__name__[:80],
        attempts=1 + int(record.headers.get(RETRY_HEADER, 0)),
        failed_at=now,
    )


def replay(letters: QuerySet[DeadLetter], *, now: datetime) -> list[DeadLetter]:
    """Append the original bytes under the same key again; returns the letters closed so.

    The copy is a new record: every group of the topic meets it, which is harmless, because events keep their id and
    listings their guards. The letter stays, as the proof of what became of the first record; if the copy fails too,
    it makes a letter of its own with one more attempt.
    """
    closed = []
    for letter in letters.filter(state=DeadLetter.State.OPEN).order_by("pk"):
        if letter.topic not in TOPICS:
            raise UnknownTopic(f"Dead letter {letter.pk} is of the topic {letter.topic}, which no longer exists.")
        entry = Entry(letter.key, bytes(letter.value), {**letter.headers, RETRY_HEADER: str(letter.attempts)})
        with transaction.atomic():
            if _close(letter, DeadLetter.State.REPLAYED, "", now):
                [(partition, offset)] = append_entries(TOPICS[letter.topic], [entry], now=now)
                copy = f"Appended again as {letter.topic}[{partition}]@{offset}."
                DeadLetter.objects.filter(pk=letter.pk).update(closed_because=copy)
                letter.closed_because = copy
                closed.append(letter)
    return closed


def drop(letters: QuerySet[DeadLetter], *, reason: str, now: datetime) -> list[DeadLetter]:
    """Give letters up for a reason that stays in the row; returns those that were open."""
    return [
        letter
        for letter in letters.filter(state=DeadLetter.State.OPEN).order_by("pk")
        if _close(letter, DeadLetter.State.DROPPED, reason, now)
    ]


def _close(letter: DeadLetter, state: DeadLetter.State, because: str, now: datetime) -> bool:
    """Whether this call was the one that closed it."""
    still_open = DeadLetter.objects.filter(pk=letter.pk, state=DeadLetter.State.OPEN)
    return still_open.update(state=state, closed_at=now, closed_because=because[:300]) == 1
