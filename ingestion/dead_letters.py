"""Records set aside: kept with their bytes and reason until a person replays or drops them."""

from collections.abc import Sequence
from datetime import datetime

from ingestion.errors import InvalidRecord
from ingestion.eventlog.base import Record
from ingestion.models import DeadLetter

RETRY_HEADER = "dlq.retry"
"""How often a record was replayed, in the header of the copy."""

_UNIQUE = ["group", "topic", "partition", "offset", "epoch"]


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
        reason=reason.reason[:500],
        error_class=type(cause or reason).__name__[:80],
        attempts=1 + int(record.headers.get(RETRY_HEADER, 0)),
        failed_at=now,
    )
