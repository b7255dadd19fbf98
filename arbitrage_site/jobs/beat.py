"""Beat with Redis: the schedule is django-celery-beat's tables, and each firing takes its slot first."""

from typing import Any

import structlog
from celery.beat import ScheduleEntry, SchedulingError
from django.db import Error as DatabaseError
from django_celery_beat.schedulers import DatabaseScheduler

from arbitrage_site.jobs import schedule
from arbitrage_site.jobs.slots import claim_entry
from arbitrage_site.jobs.worker import drop_connections

log = structlog.get_logger(__name__)

RETRY_SECONDS = 5.0


class SlotDatabaseScheduler(DatabaseScheduler):  # type: ignore[misc]  # the package has no types
    """Two of these, on two machines, fire every job once."""

    def setup_schedule(self) -> None:
        """Bring the tables up to date with `celery.py`; people's changes stay."""
        try:
            schedule.seed(self.app.conf.beat_schedule)
        except DatabaseError:
            message = "Beat keeps its schedule in the database, which does not answer or has no tables: migrate first."
            raise SystemExit(message) from None

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """One round. A database that is away is waited for."""
        try:
            delay: float = super().tick(*args, **kwargs)
        except DatabaseError as error:
            log.warning("beat_waits", reason=str(error), seconds=RETRY_SECONDS)
            drop_connections()
            self._heap = None  # an entry may have been taken from it
            return RETRY_SECONDS
        return delay

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Send what is due, if this is the beat that does. A message that cannot be sent is one tick late."""
        if not claim_entry(entry):
            return
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except SchedulingError as error:
            log.warning("beat_could_not_send", job=entry.name, reason=str(error))
