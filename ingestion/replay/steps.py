"""The steps of a replay, on the log's own time, until the end of the log. None of them raises or delivers alerts."""

from datetime import datetime

from django.conf import settings
from django.db.models import Max

from arbitrage_site import clock
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


def run() -> list[str]:
    """Pass every record with the steps of `settings.REPLAY_CONSUMERS`; returns why one of them stands still."""
    owner = new_owner()
    runners = [
        Runner(consumer, SqlReader(consumer.group, consumer.topics, owner), breaker=Breaker(is_open=True))
        for consumer in map(load, settings.REPLAY_CONSUMERS)
    ]
    return Rounds(runners, clock=LogTime()).run(until_end=True)
