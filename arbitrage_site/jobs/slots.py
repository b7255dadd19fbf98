"""Slots: each firing of a scheduled job takes a row with a unique key, so that a second beat does nothing."""

from celery.beat import ScheduleEntry
from celery.schedules import schedule
from django.db import IntegrityError, transaction

from arbitrage_site import clock

OF_A_CRONTAB = 60.0
"""Seconds of a slot of jobs that fire at times of day: a crontab's smallest step."""


def claim_entry(entry: ScheduleEntry) -> bool:
    """Whether this process is the one that fires the entry now."""
    every = entry.schedule
    return claim(str(entry.name), every.seconds if isinstance(every, schedule) else OF_A_CRONTAB)


def claim(job: str, interval: float) -> bool:
    """Whether this process is the one that fires `job` in the current slot of `interval` seconds."""
    from arbitrage_site.models import BeatSlot  # models exist only after the apps are loaded

    moment = clock.now()
    try:
        with transaction.atomic():
            BeatSlot.objects.create(job=job[:60], slot=int(moment.timestamp() // interval), fired_at=moment)
    except IntegrityError:
        return False
    return True
