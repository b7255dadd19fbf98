"""Beat with Redis: the schedule is django-celery-beat's tables, and each firing takes its slot first."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import Error as DatabaseError
from django_celery_beat.schedulers import DatabaseScheduler

from arbitrage_site import clock
from arbitrage_site.jobs import schedule
from arbitrage_site.jobs.worker import SlotScheduler


class SlotDatabaseScheduler(SlotScheduler, DatabaseScheduler):  # type: ignore[misc]  # the package has no types
    """Two of these, on two machines, fire every job once."""

    def setup_schedule(self) -> None:
        """Bring the tables up to date with `celery.py`; people's changes stay."""
        try:
            schedule.seed(self.app.conf.beat_schedule)
            schedule.forget_the_future(clock.now())
        except DatabaseError:
            message = "Beat keeps its schedule in the database, which does not answer or has no tables: migrate first."
            raise SystemExit(message) from None

    def as_run_at(self, entries: Collection[Any], moment: datetime) -> None:
        """In the tables too, from which the schedule is read again every few minutes."""
        super().as_run_at(entries, moment)
        for entry in entries:
            entry.model.last_run_at = moment  # what is saved next
        schedule.forget_the_future(moment)
