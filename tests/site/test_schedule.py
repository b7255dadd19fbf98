"""The schedule in the database: what is declared gets there, what a person changed stays."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery.beat import ScheduleEntry
from celery.schedules import crontab
from celery.schedules import schedule as interval
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from arbitrage_site import celery_app, clock
from arbitrage_site.jobs import slots
from arbitrage_site.jobs.schedule import forget_the_future, seed
from arbitrage_site.models import DeclaredJob

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def declared(**every: int) -> dict[str, dict[str, Any]]:
    return {name: {"task": f"tasks.{name}", "schedule": float(seconds)} for name, seconds in every.items()}


def rows() -> dict[str, tuple[str, int, bool]]:
    return {row.name: (row.task, row.interval.every, row.enabled) for row in PeriodicTask.objects.all()}


def set_interval(name: str, every: int) -> None:
    row = PeriodicTask.objects.get(name=name)
    row.interval, _ = IntervalSchedule.objects.get_or_create(every=every, period=IntervalSchedule.SECONDS)
    row.save()


def test_what_is_declared_gets_there_once() -> None:
    assert seed(declared(poll=300, tidy=3600)).added == ["poll", "tidy"]
    again = seed(declared(poll=300, tidy=3600))
    assert (again.added, again.changed, again.removed) == ([], [], [])
    assert rows() == {"poll": ("tasks.poll", 300, True), "tidy": ("tasks.tidy", 3600, True)}


def test_a_new_job_is_due_at_once_and_its_messages_expire() -> None:
    seed(declared(poll=300))
    row = PeriodicTask.objects.get()
    assert clock.now() - row.last_run_at >= timedelta(seconds=300)
    assert row.expire_seconds == 300


def test_an_interval_that_was_declared_anew_is_followed() -> None:
    seed(declared(poll=300))
    assert seed(declared(poll=60)).changed == ["poll"]
    assert rows()["poll"] == ("tasks.poll", 60, True)


def test_a_persons_interval_stays_whatever_is_declared() -> None:
    seed(declared(poll=300))
    set_interval("poll", 120)
    seed(declared(poll=300))
    seed(declared(poll=60))
    assert rows()["poll"][1] == 120


def test_a_disabled_job_stays_disabled() -> None:
    seed(declared(poll=300))
    PeriodicTask.objects.update(enabled=False)
    seed(declared(poll=60))
    assert rows()["poll"] == ("tasks.poll", 60, False)


def test_a_renamed_task_is_followed() -> None:
    seed(declared(poll=300))
    seed({"poll": {"task": "tasks.other", "schedule": 300.0}})
    assert rows()["poll"][0] == "tasks.other"


def test_what_is_no_longer_declared_goes_and_a_persons_own_job_stays() -> None:
    seed(declared(poll=300, old=60))
    PeriodicTask.objects.create(name="mine", task="tasks.mine", interval=IntervalSchedule.objects.all()[0])
    assert seed(declared(poll=300)).removed == ["old"]
    assert set(rows()) == {"poll", "mine"}
    assert [row.name for row in DeclaredJob.objects.all()] == ["poll"]


def test_a_deleted_job_comes_back() -> None:
    seed(declared(poll=300))
    PeriodicTask.objects.all().delete()
    assert seed(declared(poll=300)).added == ["poll"]


def test_the_real_schedule_can_be_written() -> None:
    celery_app.loader.import_default_modules()
    seed(celery_app.conf.beat_schedule)
    assert {row.task for row in PeriodicTask.objects.all()} <= set(celery_app.tasks)


@pytest.mark.parametrize("when", [interval(300.0), crontab(minute="0", hour="4")])
def test_of_two_beats_one_fires(monkeypatch: pytest.MonkeyPatch, when: Any) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    entry = ScheduleEntry(name="poll", task="tasks.poll", schedule=when, app=celery_app)
    assert [slots.claim_entry(entry) for _ in range(2)] == [True, False]
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(seconds=300))
    assert slots.claim_entry(entry)


def test_a_clock_that_was_ahead_costs_two_minutes_and_not_the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    def fires(minute: int) -> bool:
        monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=minute, seconds=1))
        return slots.claim("poll", 60)

    assert all(fires(minute) for minute in range(60))
    assert [fires(minute) for minute in range(4)] == [False, False, True, True]
    assert not fires(3)


def test_only_firings_of_the_future_are_counted_anew() -> None:
    seed(declared(ahead=300, usual=300))
    before = NOON - timedelta(minutes=3)
    PeriodicTask.objects.filter(name="ahead").update(last_run_at=NOON + timedelta(hours=1))
    PeriodicTask.objects.filter(name="usual").update(last_run_at=before)
    forget_the_future(NOON)
    assert dict(PeriodicTask.objects.values_list("name", "last_run_at")) == {"ahead": NOON, "usual": before}


def test_the_schedule_is_in_the_admin_only_where_beat_reads_it() -> None:
    shown = {model._meta.object_name for model in admin.site._registry if model._meta.app_label == "django_celery_beat"}
    expected = {"PeriodicTask", "IntervalSchedule", "CrontabSchedule"} if settings.REDIS_URL else set()
    assert shown == expected
    assert apps.is_installed("django_celery_beat")
