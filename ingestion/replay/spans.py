"""Which records of the kept log are meant: from and to, by time or by offset, as a stretch of each partition."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q

from ingestion.models import LogPartition, LogRecord
from ingestion.replay.places import ReplayRefused
from ingestion.topics import RAW

Bound = int | datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """Offsets of a partition, from `start` up to but without `end`; all of them are kept."""

    partition: int
    start: int
    end: int

    @property
    def where(self) -> Q:
        """Its rows."""
        return Q(topic=RAW.name, partition=self.partition, offset__gte=self.start, offset__lt=self.end)


def bound_of(text: str) -> Bound:
    """An offset, or a moment in ISO 8601; a moment without a zone is one of UTC."""
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ReplayRefused(f"{text!r:.60} is neither an offset nor a time; write 1200 or 2026-11-20T08:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def stretches(start: Bound | None, end: Bound | None) -> list[Stretch]:
    """The kept records of every partition from `start` up to but without `end`; without them, all there are.

    Times are those at which a record was appended. An offset counts in every partition alike.
    """
    rows = LogPartition.objects.filter(topic=RAW.name).order_by("partition")
    found = [stretch for row in rows if (stretch := _stretch(row, start, end)).start < stretch.end]
    if not found:
        raise ReplayRefused(f"No record of {RAW.name} in that span is kept{_kept_since()}.")
    return found


def _stretch(row: LogPartition, start: Bound | None, end: Bound | None) -> Stretch:
    first = row.first_offset if start is None else max(row.first_offset, _offset(row, start))
    last = row.next_offset if end is None else min(row.next_offset, _offset(row, end))
    return Stretch(row.partition, first, last)


def _offset(row: LogPartition, bound: Bound) -> int:
    """The first offset at or after the bound."""
    if isinstance(bound, int):
        return bound
    later = LogRecord.objects.filter(topic=row.topic, partition=row.partition, timestamp__gte=bound)
    found = later.order_by("offset").values_list("offset", flat=True).first()
    return row.next_offset if found is None else found


def _kept_since() -> str:
    oldest = LogRecord.objects.filter(topic=RAW.name).order_by("timestamp").values_list("timestamp", flat=True).first()
    return f"; the oldest is of {oldest:%Y-%m-%dT%H:%M}Z" if oldest else ", and none at all is"
