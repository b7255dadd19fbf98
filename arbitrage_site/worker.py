"""The embedded worker: one process, beat as a thread, a lock file against a second one.

`celery worker -B` starts beat as a child process that survives a SIGKILL of the worker, so that a restart leaves two
beats. A thread dies with its process (docs/decisions/0003-celery-on-files.md).
"""

import fcntl
from typing import IO, Any

from celery import Celery, bootsteps
from celery.beat import EmbeddedService, ScheduleEntry, Scheduler
from celery.schedules import schedule
from celery.worker import WorkController
from django.conf import settings
from django.db import IntegrityError, transaction

from arbitrage_site import clock


class SlotScheduler(Scheduler):
    """Beat's scheduler; each firing takes its (job, slot) row first, so that a second beat does nothing."""

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        every = entry.schedule
        if not isinstance(every, schedule) or claim(str(entry.name), every.seconds):
            super().apply_entry(entry, producer=producer)


def claim(job: str, interval: float) -> bool:
    """Whether this process is the one that fires `job` in the current slot of `interval` seconds."""
    from arbitrage_site.models import BeatSlot  # models exist only after the apps are loaded

    moment = clock.now()
    try:
        with transaction.atomic():
            BeatSlot.objects.create(job=job, slot=int(moment.timestamp() // interval), fired_at=moment)
    except IntegrityError:
        return False
    return True


class OneWorker(bootsteps.StartStopStep):
    """Refuses to start beside another worker on the same queue folder."""

    def __init__(self, worker: WorkController, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        self.file: IO[str] | None = None

    def start(self, worker: WorkController) -> None:  # noqa: ARG002 - Celery's signature
        self.file = (settings.VAR_DIR / "worker.lock").open("w")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"Another worker already serves {settings.VAR_DIR}; stop it first, or set VAR_DIR."
            raise SystemExit(message) from None

    def stop(self, worker: WorkController) -> None:  # noqa: ARG002 - Celery's signature
        if self.file:
            self.file.close()


class BeatThread(bootsteps.StartStopStep):
    """Runs beat as a thread of the worker."""

    requires = ("celery.worker.components:Pool", OneWorker)

    def __init__(self, worker: WorkController, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        self.service: Any = None

    def start(self, worker: WorkController) -> None:
        self.service = EmbeddedService(worker.app, thread=True, scheduler_cls=SlotScheduler)
        self.service.start()
        for entry in worker.app.conf.beat_schedule.values():  # beat's first firing is a whole interval away
            worker.app.send_task(entry["task"], expires=entry["options"]["expires"])

    def stop(self, worker: WorkController) -> None:  # noqa: ARG002 - Celery's signature
        if self.service:
            self.service.stop()


def install(app: Celery) -> None:
    """Add both steps to the worker of `app`."""
    app.steps["worker"].update({OneWorker, BeatThread})
