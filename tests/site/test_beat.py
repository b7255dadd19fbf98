"""Beat without and with Redis: what a database that is away for a moment costs, and a clock that was ahead."""

import time
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery
from celery.beat import ScheduleEntry, Scheduler, Service
from django.db import OperationalError
from django_celery_beat import schedulers
from django_celery_beat.models import PeriodicTask

from arbitrage_site import clock
from arbitrage_site.jobs import slots, worker
from arbitrage_site.jobs.beat import SlotDatabaseScheduler
from arbitrage_site.jobs.worker import SlotScheduler

pytestmark = pytest.mark.django_db
EVERY = 60


@pytest.fixture
def app() -> Celery:
    own = Celery("beat", broker="memory://", set_as_current=False)
    own.conf.update(beat_schedule={"poll": {"task": "tasks.poll", "schedule": float(EVERY)}}, timezone="UTC")
    return own


class Beat:
    """Beat with one job that is due. It sleeps in no time, and ends at its second sleep."""

    def __init__(self, app: Celery, scheduler: type[Scheduler], monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[str] = []
        self.slept: list[float] = []
        self.dropped = 0
        monkeypatch.setattr(worker, "drop_connections", self.drop)
        monkeypatch.setattr(schedulers, "close_old_connections", lambda: None)  # the test's own among them
        self.service = Service(app, scheduler_cls=scheduler)
        self.scheduler: Any = self.service.scheduler
        for entry in self.scheduler.schedule.values():
            entry.last_run_at = clock.now() - timedelta(seconds=EVERY)
        monkeypatch.setattr(self.scheduler, "send_task", lambda task, *_given, **_options: self.sent.append(task))
        monkeypatch.setattr("celery.beat.time", SimpleNamespace(sleep=self.sleep, monotonic=time.monotonic))

    def drop(self) -> None:
        self.dropped += 1

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) == 2:
            self.service.stop()


@pytest.mark.parametrize("scheduler", [SlotScheduler, SlotDatabaseScheduler])
def test_a_database_that_fails_once_costs_seconds_and_no_firing(
    app: Celery, scheduler: type[Scheduler], monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = [OperationalError("the server closed the connection")]

    def claim(entry: ScheduleEntry) -> bool:
        if failures:
            raise failures.pop()
        return slots.claim_entry(entry)

    beat = Beat(app, scheduler, monkeypatch)
    monkeypatch.setattr(worker, "claim_entry", claim)
    beat.service.start()
    assert beat.slept[0] == worker.RETRY_SECONDS
    assert (beat.sent, beat.dropped) == (["tasks.poll"], 1)


def test_a_slot_that_another_beat_took_is_not_sent(app: Celery, monkeypatch: pytest.MonkeyPatch) -> None:
    beat = Beat(app, SlotScheduler, monkeypatch)
    monkeypatch.setattr(worker, "claim_entry", lambda _entry: False)
    beat.slept.append(0)
    beat.service.start()
    assert beat.sent == []


@pytest.mark.parametrize("scheduler", [SlotScheduler, SlotDatabaseScheduler])
def test_after_a_clock_was_put_back_a_job_waits_its_interval_and_not_the_difference(
    app: Celery, scheduler: type[Scheduler], monkeypatch: pytest.MonkeyPatch
) -> None:
    scheduled = Beat(app, scheduler, monkeypatch).scheduler
    scheduled.tick()
    [entry] = scheduled.schedule.values()
    entry.last_run_at = clock.now() + timedelta(hours=1)
    scheduled._heap = None
    scheduled.populate_heap()
    assert scheduled._heap[0].time > clock.now().timestamp() + EVERY
    scheduled.tick()
    assert scheduled._heap[0].time <= clock.now().timestamp() + EVERY


def test_a_schedule_that_was_stored_by_a_clock_ahead_is_mended_at_the_start(
    app: Celery, monkeypatch: pytest.MonkeyPatch
) -> None:
    Beat(app, SlotDatabaseScheduler, monkeypatch)
    PeriodicTask.objects.update(last_run_at=clock.now() + timedelta(hours=1))
    Beat(app, SlotDatabaseScheduler, monkeypatch)
    assert PeriodicTask.objects.get().last_run_at <= clock.now()


def test_a_clock_put_back_is_mended_in_the_tables_too(app: Celery, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduled = Beat(app, SlotDatabaseScheduler, monkeypatch).scheduler
    PeriodicTask.objects.update(last_run_at=clock.now() + timedelta(hours=1))
    scheduled._schedule, scheduled._heap = scheduled.all_as_schedule(), None
    scheduled.tick()
    scheduled.tick()
    assert PeriodicTask.objects.get().last_run_at <= clock.now()
