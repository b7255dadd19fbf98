"""The steps of a replay, on the log's own time, until the end of the log. None of them raises or delivers alerts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby, takewhile

from django.conf import settings
from django.db.models import Max

from arbitrage_site import clock
from ingestion.eventlog.base import Passed, Place, Record
from ingestion.eventlog.owners import new_owner
from ingestion.eventlog.sql import SqlReader
from ingestion.models import LogPosition, LogRecord
from ingestion.runner.breaker import Breaker
from ingestion.runner.consumers import load
from ingestion.runner.loop import Runner
from ingestion.runner.rounds import Rounds


class LogTime:
    """Shows when the newest record that was passed was appended, so that last week is judged like last week."""

    def __init__(self) -> None:
        oldest = LogRecord.objects.order_by("timestamp").values_list("timestamp", flat=True).first()
        self._at = oldest or clock.now()

    def __call__(self) -> datetime:
        passed = LogPosition.objects.aggregate(at=Max("record_time"))["at"]
        self._at = max(self._at, passed or self._at)
        return self._at


class GenerationReader(SqlReader):
    """Hands out one generation of the log per poll, the oldest first.

    Live, each record was read in the generation that it was appended in. In a replay those of before a move or a
    restore stand beside newer ones, and to an ordinary reader they would be of a log that no longer exists.
    """

    def poll(self, limit: int, now: datetime) -> Sequence[Record]:
        """See `Reader.poll`; the generation is that of the records, which are a part of those that wait."""
        polled = super().poll(limit, now)
        places = [list(records) for _, records in groupby(polled, key=lambda record: record.place)]
        self.epoch = min((records[0].epoch for records in places), default=self.epoch)
        return [record for records in places for record in takewhile(self._is_of_it, records)]

    def save(self, passed: Mapping[Place, Passed], now: datetime) -> None:
        """See `Reader.save`. Nobody raises the generation of a replay, so it is not asked for."""
        self._leases.move(passed, now)

    def _is_of_it(self, record: Record) -> bool:
        return record.epoch == self.epoch


def run() -> list[str]:
    """Pass every record with the steps of `settings.REPLAY_CONSUMERS`; returns why one of them stands still."""
    owner = new_owner()
    runners = [
        Runner(consumer, GenerationReader(consumer.group, consumer.topics, owner), breaker=Breaker(is_open=True))
        for consumer in map(load, settings.REPLAY_CONSUMERS)
    ]
    return Rounds(runners, clock=LogTime()).run(until_end=True)
