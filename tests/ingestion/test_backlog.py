"""Polling waits for consumers that are alive and behind, and for nobody else."""

from datetime import UTC, datetime, timedelta

import pytest

from ingestion import backlog
from ingestion.models import ConsumerState, LogPartition, LogPosition
from ingestion.topics import ENRICHMENT, RAW

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


class Time:
    """A clock that its own sleeps move; what is passed to `during` happens at each of them."""

    def __init__(self, passed_each_time: int = 0) -> None:
        self.now, self.sleeps, self.passed = NOON, 0, passed_each_time

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.sleeps += 1
        place = LogPosition.objects.get(group=ENRICHMENT)
        place.next_offset += self.passed
        place.save()


def _behind(records: int, *, seen_at: datetime = NOON) -> None:
    LogPartition.objects.create(topic=RAW.name, partition=0, next_offset=records)
    LogPosition.objects.create(group=ENRICHMENT, topic=RAW.name, partition=0, next_offset=0)
    ConsumerState.objects.create(group=ENRICHMENT, seen_at=seen_at)


def test_nothing_is_waited_for_while_few_records_wait() -> None:
    _behind(backlog.MOST_WAITING)
    time = Time()

    backlog.wait_for_consumers(lambda: time.now, time.sleep)

    assert time.sleeps == 0


def test_polling_goes_on_when_the_consumers_have_caught_up() -> None:
    _behind(backlog.MOST_WAITING + 100)
    time = Time(passed_each_time=50)

    backlog.wait_for_consumers(lambda: time.now, time.sleep)

    assert time.sleeps == 2
    assert backlog.waiting() == backlog.MOST_WAITING


def test_a_consumer_that_does_not_run_is_not_waited_for() -> None:
    _behind(10_000, seen_at=NOON - timedelta(minutes=1))
    time = Time()

    backlog.wait_for_consumers(lambda: time.now, time.sleep)

    assert time.sleeps == 0


def test_a_slow_consumer_slows_polling_but_does_not_stop_it() -> None:
    _behind(10_000)
    ConsumerState.objects.update(seen_at=NOON + timedelta(hours=1))
    time = Time()

    backlog.wait_for_consumers(lambda: time.now, time.sleep)

    assert time.now - NOON >= backlog.LONGEST_WAIT
