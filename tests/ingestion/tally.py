"""A consumer whose effect is not idempotent: it counts, so a record applied twice or never shows."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

from django.db import connection

from ingestion.errors import InvalidRecord
from ingestion.eventlog.base import Record
from ingestion.events import ProductEnriched, decode
from ingestion.runner.consumers import Effects
from ingestion.topics import DETECTOR, ENRICHED, Topic

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def create_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS tally (asin text PRIMARY KEY, seen integer NOT NULL)")


def tallied() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT asin, seen FROM tally")
        return dict(cursor.fetchall())


def asin(number: int) -> str:
    return f"B0{number:08d}"


def event(number: int, *, title: str = "") -> ProductEnriched:
    return ProductEnriched(event_id=uuid4(), occurred_at=NOON, asin=asin(number), cause="recompute", title=title)


class Tally:
    """Counts records per ASIN. A title decides what goes wrong with a record."""

    group = DETECTOR
    topics: tuple[Topic, ...] = (ENRICHED,)
    batch_size = 100

    def __init__(self) -> None:
        self.batches: list[list[Record]] = []

    def prepare(self, records: Sequence[Record], now: datetime) -> Effects:  # noqa: ARG002 - the Protocol's name
        self.batches.append(list(records))
        good: list[ProductEnriched] = []
        bad: list[tuple[Record, InvalidRecord]] = []
        for record in records:
            try:
                good.append(decode(ProductEnriched, record.value))
            except InvalidRecord as error:
                bad.append((record, error))
        self.look(good)
        return Effects(lambda: self.write(good), set_aside=bad)

    def look(self, events: Sequence[ProductEnriched], /) -> None:
        """Where a test's consumer fails in `prepare`."""

    def write(self, events: Sequence[ProductEnriched]) -> None:
        with connection.cursor() as cursor:
            for item in events:
                refused = None if item.title == "refused" else 1
                cursor.execute(
                    "INSERT INTO tally VALUES (%s, %s) ON CONFLICT (asin) DO UPDATE SET seen = tally.seen + 1",
                    [item.asin, refused],
                )


class SlowTally(Tally):
    """Takes its time in the middle of each transaction, so that a kill meets it there."""

    batch_size = 25

    def write(self, events: Sequence[ProductEnriched]) -> None:
        super().write(events[::2])
        time.sleep(0.01)
        super().write(events[1::2])
