"""What our workers add to Celery's: a row that says they are there, and in the embedded mode beat and a lock.

The embedded worker is one process with beat as a thread, and a lock file keeps a second one out.
`celery worker -B` starts beat as a child process that survives a SIGKILL of the worker, so that a restart leaves two
beats. A thread dies with its process (docs/decisions/0003-celery-on-files.md).
"""

import fcntl
from collections.abc import Collection
from datetime import datetime
from typing import IO, Any

import structlog
from celery import Celery, bootsteps
from celery.beat import EmbeddedService, ScheduleEntry, Scheduler, SchedulingError
from celery.signals import worker_before_create_process
from celery.worker import WorkController, state
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections

from arbitrage_site import clock
from arbitrage_site.jobs.slots import AHEAD, claim_entry

log = structlog.get_logger(__name__)

SEEN_EVERY = 15
"""Seconds between two writes of a worker's row."""
RETRY_SECONDS = 5.0
"""How long beat waits for a database that is away."""


class SlotScheduler(Scheduler):
    """Beat's scheduler; each firing takes its (job, slot) row first, so that a second beat does nothing."""

    is_taken = False
    """Whether the slot of the entry that is due now is this beat's."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """One round. A database that is away is waited for: whatever comes out of here would end beat."""
        try:
            self._forget_the_future()
            delay: float = super().tick(*args, **kwargs)
        except DatabaseError as error:
            log.warning("beat_waits", reason=str(error), seconds=RETRY_SECONDS)
            drop_connections()
            self._heap = None  # an entry may have been taken from it
            return RETRY_SECONDS
        return delay

    def _forget_the_future(self) -> None:
        """Entries that fired while the clock was ahead would wait until it is that late again."""
        moment = clock.now()
        heap: Any = self._heap  # nothing before the first round
        ahead = [entry for _, _, entry in heap or () if entry.last_run_at > moment + AHEAD]
        if ahead:
            log.warning("beat_clock_was_ahead", jobs=sorted(entry.name for entry in ahead))
            self.as_run_at(ahead, moment)
            self._heap = None  # its times are that clock's

    def as_run_at(self, entries: Collection[Any], moment: datetime) -> None:
        """Have the next firing of these counted from `moment`."""
        for entry in entries:
            entry.last_run_at = moment

    def reserve(self, entry: ScheduleEntry) -> Any:
        """Take the slot before the entry counts as fired, which it does not when this raises DatabaseError."""
        self.is_taken = claim_entry(entry)
        return super().reserve(entry)

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Send what is due, if this is the beat that does. A message that cannot be sent is one tick late."""
        if not self.is_taken:
            return
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except SchedulingError as error:
            log.warning("beat_could_not_send", job=entry.name, reason=str(error))


class OneWorker(bootsteps.StartStopStep):
    """Refuses to start beside another worker on the same queue folder."""

    def __init__(self, worker: WorkController, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        self.file: IO[str] | None = None

    def include_if(self, worker: WorkController) -> bool:  # noqa: ARG002 - Celery's signature
        return not settings.REDIS_URL

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

    def include_if(self, worker: WorkController) -> bool:  # noqa: ARG002 - Celery's signature
        return not settings.REDIS_URL

    def start(self, worker: WorkController) -> None:
        self.service = EmbeddedService(worker.app, thread=True, scheduler_cls=SlotScheduler)
        self.service.start()
        for entry in worker.app.conf.beat_schedule.values():  # beat's first firing is a whole interval away
            worker.app.send_task(entry["task"], expires=entry["options"]["expires"])

    def stop(self, worker: WorkController) -> None:  # noqa: ARG002 - Celery's signature
        if self.service:
            self.service.stop()


class Heartbeat(bootsteps.StartStopStep):
    """Keeps the worker's row fresh, by which pages and health know that it is there.

    Its workers are of any type, because Celery's types leave out what a worker is given when it is set up.
    """

    requires = ("celery.worker.components:Pool", "celery.worker.components:Timer")

    def __init__(self, worker: WorkController, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        self.started_at = clock.now()
        self.timer: Any = None

    def start(self, worker: Any) -> None:
        self.tell(worker)
        self.timer = worker.timer.call_repeatedly(SEEN_EVERY, self.tell, (worker,))

    def tell(self, worker: Any) -> None:
        """Write the row; a database that is away misses a beat."""
        from arbitrage_site.models import WorkerSeen  # models exist only after the apps are loaded

        seen = {
            "queues": sorted(worker.app.amqp.queues.consume_from),
            "busy": len(state.active_requests),
            "at_once": worker.concurrency,
            "started_at": self.started_at,
            "seen_at": clock.now(),
        }
        try:
            WorkerSeen.objects.update_or_create(name=worker.hostname, defaults=seen)
        except DatabaseError as error:
            log.warning("worker_not_noted", reason=str(error))
        finally:
            connections.close_all()

    def stop(self, worker: Any) -> None:
        from arbitrage_site.models import WorkerSeen  # models exist only after the apps are loaded

        if self.timer:
            self.timer.cancel()
        try:
            WorkerSeen.objects.filter(name=worker.hostname).delete()
        except DatabaseError as error:
            log.warning("worker_not_noted", reason=str(error))


@worker_before_create_process.connect
def drop_connections(**_signal: Any) -> None:
    """Close this thread's connections and the pools: a process forked now would speak through the same sockets."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        if close_pool := getattr(connection, "close_pool", None):
            close_pool()


def is_stopping() -> bool:
    """Whether the worker in this process was told to end, so that a long round should."""
    flags: tuple[object, object] = (state.should_stop, state.should_terminate)
    return flags != (None, None)


def install(app: Celery) -> None:
    """Add the steps to the worker of `app`."""
    app.steps["worker"].update({OneWorker, BeatThread, Heartbeat})
