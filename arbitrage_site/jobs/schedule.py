"""The beat schedule of `celery.py`, written to django-celery-beat's tables, where people may change it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from arbitrage_site import clock
from arbitrage_site.jobs.slots import AHEAD
from arbitrage_site.models import DeclaredJob

SECONDS = IntervalSchedule.SECONDS


@dataclass(slots=True)
class Seeded:
    """Names of the jobs that were added, given another interval, or removed."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


def seed(schedule: Mapping[str, Mapping[str, Any]]) -> Seeded:
    """Make the tables hold the jobs of `schedule`; twice is the same as once.

    What a person set stays: the interval, once it differs from the one written last, and whether a job is enabled.
    Jobs that a person added are not touched, those that `schedule` no longer has are removed.
    """
    seeded = Seeded()
    with transaction.atomic():
        declared = {row.name: row.every for row in DeclaredJob.objects.select_for_update()}
        for name, entry in schedule.items():
            _bring(name, str(entry["task"]), int(entry["schedule"]), declared.get(name), seeded)
        seeded.removed = sorted(declared.keys() - schedule.keys())
        PeriodicTask.objects.filter(name__in=seeded.removed).delete()
        DeclaredJob.objects.filter(name__in=seeded.removed).delete()
    return seeded


def forget_the_future(moment: datetime) -> None:
    """Count jobs that fired while a clock was ahead as fired at `moment`, a person's own among them."""
    PeriodicTask.objects.filter(last_run_at__gt=moment + AHEAD).update(last_run_at=moment)


def _bring(name: str, task: str, every: int, written: int | None, seeded: Seeded) -> None:
    row = PeriodicTask.objects.select_related("interval").filter(name=name).first()
    if row is None:
        _add(name, task, every)
        seeded.added.append(name)
    elif _change(row, task, every, written):
        seeded.changed.append(name)
    DeclaredJob.objects.update_or_create(name=name, defaults={"every": every})


def _change(row: PeriodicTask, task: str, every: int, written: int | None) -> bool:
    """Give a job that exists what `schedule` says by now; returns whether there was anything to give."""
    has_new_interval = _has_new_interval(row, written, every)
    if row.task == task and not has_new_interval:
        return False
    row.task = task
    if has_new_interval:
        row.interval, row.expire_seconds = _interval(every), every
    row.save()
    return True


def _has_new_interval(row: PeriodicTask, written: int | None, every: int) -> bool:
    """Whether the row still has the interval that was written last, and the dictionary has another by now."""
    if row.interval is None or row.interval.period != SECONDS:
        return False
    return bool(row.interval.every == written != every)


def _add(name: str, task: str, every: int) -> None:
    """A new job is due at once."""
    PeriodicTask.objects.get_or_create(
        name=name,
        defaults={
            "task": task,
            "interval": _interval(every),
            "expire_seconds": every,  # a message that waited longer than its interval is worthless
            "last_run_at": clock.now() - timedelta(seconds=every),
            "description": "Declared in arbitrage_site/celery.py. Its interval and whether it is enabled are yours.",
        },
    )


def _interval(every: int) -> IntervalSchedule:
    found = IntervalSchedule.objects.filter(every=every, period=SECONDS).first()
    return found or IntervalSchedule.objects.create(every=every, period=SECONDS)
