"""Slots: each firing of a scheduled job takes a row with a unique key, so that a second beat does nothing."""

from datetime import datetime, timedelta

import structlog
from celery.beat import ScheduleEntry
from celery.schedules import schedule
from django.db import IntegrityError, transaction

from arbitrage_site import clock

log = structlog.get_logger(__name__)

AHEAD = timedelta(minutes=1)
"""What lies further in the future than this was written by a clock that was ahead; machines differ by less."""
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
    _free_the_future(moment)
    try:
        with transaction.atomic():
            BeatSlot.objects.create(job=job[:60], slot=int(moment.timestamp() // interval), fired_at=moment)
    except IntegrityError:
        return False
    return True


def _free_the_future(moment: datetime) -> None:
    """Give back slots that a clock took while it was ahead, or nothing fires until the time that it showed.

    Committed for itself: what follows is rolled back where the present slot is taken.
    """
    from arbitrage_site.models import BeatSlot  # models exist only after the apps are loaded

    freed, _ = BeatSlot.objects.filter(fired_at__gt=moment + AHEAD).delete()
    if freed:
        log.warning("beat_slots_of_the_future_freed", slots=freed)
