"""One batch of a consumer: prepared outside, then effects and positions in one transaction.

A batch that holds a bad record is halved until the record stands alone; it is set aside and the rest goes on.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby

import structlog
from django.db import transaction

from arbitrage_site import metrics
from ingestion import dead_letters
from ingestion.errors import ConsumerStopped, InvalidRecord
from ingestion.eventlog.base import Passed, Place, Reader, Record
from ingestion.runner.batch_size import BatchSize
from ingestion.runner.breaker import Breaker
from ingestion.runner.consumers import Consumer, Effects
from ingestion.runner.failures import DATA_ERRORS, as_invalid

log = structlog.get_logger(__name__)


def _nothing() -> None:
    """The write of a batch without effects."""


class Batches:
    """Passes batches of one consumer, in order, each record exactly once."""

    def __init__(self, consumer: Consumer, reader: Reader, breaker: Breaker, monotonic: Callable[[], float]) -> None:
        self._consumer = consumer
        self._reader = reader
        self._breaker = breaker
        self._monotonic = monotonic
        self._size = BatchSize(consumer.batch_size)

    def next(self, now: datetime) -> int:
        """Poll a batch and pass it; returns how many records it had. What fails is raised, what was passed stays so."""
        records = self._size.fitting(self._reader.poll(self._size.limit, now))
        waiting = [records] if records else []
        while waiting:
            part = waiting.pop()
            try:
                self._apply(part, now)
            except DATA_ERRORS as error:
                if len(part) == 1:
                    self._commit(part, Effects(_nothing, set_aside=[(part[0], as_invalid(error))]), now)
                else:
                    waiting += [part[len(part) // 2 :], part[: len(part) // 2]]
        return len(records)

    def _apply(self, records: Sequence[Record], now: datetime) -> None:
        current = [record for record in records if record.epoch >= self._reader.epoch]
        newer = next((record for record in current if record.epoch > self._reader.epoch), None)
        if newer:
            raise ConsumerStopped(
                f"{newer} is of the log's generation {newer.epoch}, but this database is at {self._reader.epoch}."
                " The database is older than the log: run `manage.py topics recreate --yes` after a restore."
            )
        dropped = len(records) - len(current)
        if dropped:
            log.warning("records of an older log dropped", records=dropped)
        effects = self._consumer.prepare(current, now) if current else Effects(_nothing)
        self._commit(records, effects, now, dropped=dropped)

    def _commit(self, records: Sequence[Record], effects: Effects, now: datetime, *, dropped: int = 0) -> None:
        self._admit(records, effects.set_aside)
        with transaction.atomic():
            started = self._monotonic()  # after BEGIN: waiting for another writer says nothing about this batch
            self._reader.save(_passed(records, effects, dropped), now)
            effects.write()
            dead_letters.set_aside(self._consumer.group, effects.set_aside, now=now)
        seconds = self._monotonic() - started
        self._breaker.committed()
        self._size.committed(records, seconds)
        self._report(len(records), effects, dropped, seconds)

    def _admit(self, records: Sequence[Record], aside: Sequence[tuple[Record, InvalidRecord]]) -> None:
        bad = {(record.place, record.offset) for record, _ in aside}
        try:
            self._breaker.admit((record.place, record.offset) in bad for record in records)
        except ConsumerStopped as error:
            record, reason = aside[0]
            raise ConsumerStopped(f"{error} One of them is {record}: {reason.reason:.200}") from error

    def _report(self, records: int, effects: Effects, dropped: int, seconds: float) -> None:
        group, aside, superseded = self._consumer.group, len(effects.set_aside), effects.superseded + dropped
        metrics.records(group, "applied", records - aside - superseded)
        metrics.records(group, "superseded", superseded)
        metrics.records(group, "set_aside", aside)
        metrics.stage_seconds(group, seconds)
        for record, reason in effects.set_aside:
            metrics.dead_letter(group, reason.kind)
            log.warning("record set aside", record=str(record), kind=reason.kind, reason=reason.reason)
        log.debug("batch passed", records=records, superseded=superseded, seconds=round(seconds, 4))


def _passed(records: Sequence[Record], effects: Effects, dropped: int) -> dict[Place, Passed]:
    """The moves of all positions. Which partition a superseded record came from is not known: only the sum is right."""
    aside = Counter(record.place for record, _ in effects.set_aside)
    superseded = effects.superseded + dropped
    moves = {}
    for place, group in groupby(sorted(records, key=_order), key=lambda record: record.place):
        part = list(group)
        here = min(superseded, len(part) - aside[place])
        superseded -= here
        applied = len(part) - aside[place] - here
        moves[place] = Passed(part[0].offset, part[-1].offset + 1, applied, here, aside[place], part[-1].timestamp)
    return moves


def _order(record: Record) -> tuple[str, int, int]:
    return record.topic, record.partition, record.offset
