"""Whether Celery works: what waits in each queue, which workers are there, and when beat fired last."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import redis
import structlog
from django.conf import settings

from arbitrage_site import redis_client
from arbitrage_site.breaker import Breaker
from arbitrage_site.health import Finding
from arbitrage_site.jobs.worker import SEEN_EVERY
from arbitrage_site.models import BeatSlot, WorkerSeen

log = structlog.get_logger(__name__)

SILENT_AFTER = timedelta(seconds=3 * SEEN_EVERY)
SHOWN_FOR = timedelta(minutes=10)
"""How long a worker that fell silent is still shown."""

_breaker = Breaker()


@dataclass(frozen=True, slots=True)
class Queue:
    """`waiting` are messages that no worker has taken yet; None while the broker is away."""

    name: str
    waiting: int | None
    workers: int


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker seen lately."""

    name: str
    queues: list[str]
    busy: int
    at_once: int
    started_at: datetime
    seen_at: datetime
    is_alive: bool


@dataclass(frozen=True, slots=True)
class Work:
    """All of it. `fired_at` is beat's last firing."""

    broker: str
    queues: list[Queue]
    workers: list[Worker]
    fired_at: datetime | None

    @property
    def unserved(self) -> list[str]:
        """Queues that no worker takes messages from."""
        return [queue.name for queue in self.queues if not queue.workers]

    @property
    def broker_is_away(self) -> bool:
        """Whether the broker did not say what waits."""
        return any(queue.waiting is None for queue in self.queues)


def state(now: datetime) -> Work:
    """Two queries and one question to the broker, which has half a second to answer."""
    workers = _workers(now)
    waiting = _waiting()
    return Work(
        broker="Redis" if settings.REDIS_URL else "files",
        queues=[
            Queue(name, waiting.get(name), sum(name in worker.queues for worker in workers if worker.is_alive))
            for name in settings.WORK_QUEUES
        ],
        workers=workers,
        fired_at=BeatSlot.objects.order_by("-fired_at").values_list("fired_at", flat=True).first(),
    )


def queues(now: datetime) -> Finding:
    """The probe: whether each queue has a worker, and the broker can be asked."""
    work = state(now)
    if work.unserved:
        names = ", ".join(work.unserved)
        return Finding("down", f"No worker takes messages from: {names}. docs/celery.md has the commands.")
    if work.broker_is_away:
        return Finding("degraded", "Redis does not say what waits. The schedule goes on once it is back.")
    return Finding("ok", ", ".join(f"{queue.name}: {queue.waiting} waiting" for queue in work.queues))


def _workers(now: datetime) -> list[Worker]:
    rows = WorkerSeen.objects.filter(seen_at__gt=now - SHOWN_FOR).order_by("name")
    return [
        Worker(
            name=row.name,
            queues=row.queues,
            busy=row.busy,
            at_once=row.at_once,
            started_at=row.started_at,
            seen_at=row.seen_at,
            is_alive=now - row.seen_at < SILENT_AFTER,
        )
        for row in rows
    ]


def _waiting() -> dict[str, int]:
    """Messages by queue; nothing while Redis is away."""
    if not settings.REDIS_URL:
        return {name: _files(settings.QUEUE_DIR, name) for name in settings.WORK_QUEUES}
    if _breaker.is_open:
        return {}
    try:
        with redis_client.client().pipeline(transaction=False) as commands:
            for name in settings.WORK_QUEUES:
                commands.llen(name)
            return dict(zip(settings.WORK_QUEUES, commands.execute(), strict=True))
    except redis.RedisError as error:
        _breaker.trip()
        log.warning("queues_not_seen", reason=redis_client.sentence(error), again_in_seconds=_breaker.seconds)
        return {}


def _files(folder: Path, queue: str) -> int:
    """Messages of the file system broker; kombu puts the queue's name into each."""
    return sum(1 for _ in folder.glob(f"*.{queue}.msg"))
