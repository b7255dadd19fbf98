"""Taking turns at a step. What goes wrong decides when the next turn comes, and nothing else."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Protocol
from uuid import uuid4

import structlog
from django.db import Error as DatabaseError
from django.db import connection

from arbitrage_site import metrics
from ingestion.errors import ConsumerStopped
from ingestion.eventlog.base import Fenced
from ingestion.runner.backoff import Backoff
from ingestion.runner.failures import is_transient, sentence
from ingestion.runner.states import Standing

log = structlog.get_logger(__name__)
RETRY_SECONDS = 30.0
"""How long a step that stopped stands still before it looks whether the reason is gone."""

SEEN_EVERY = timedelta(seconds=5)
TOLD_AFTER = timedelta(seconds=10)
"""What passes by itself is shown as a reason to stand still when it has lasted so long."""


class Served(Protocol):
    """What a step works on: a reader of the log, or the relay."""

    @property
    def trouble(self) -> str:
        """Why a part of it stands still while the rest goes on; mostly empty."""
        ...

    def forget(self) -> None:
        """Read positions and leases again at the next turn."""
        ...

    def behind(self) -> bool:
        """Whether there is something left to do."""
        ...

    def close(self) -> None:
        """Give the leases back."""
        ...


class Turns:
    """Takes turns at a step. A turn never sleeps and never raises, so that one thread can serve many fairly."""

    def __init__(
        self,
        group: str,
        step: Callable[[datetime], int],
        reader: Served,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        """`step` does a bounded piece of work and returns how many records it had."""
        self.group = group
        self.reader = reader
        self.stopped_because = ""
        self._step = step
        self._standing = Standing(group)
        self._backoff = Backoff(random or Random())  # noqa: S311 - jitter, not a secret
        self._monotonic = monotonic
        self._rest_until = monotonic()
        self._seen_at: datetime | None = None
        self._failing_since: datetime | None = None

    def turn(self, now: datetime) -> int:
        """Take one step, unless it rests after a failure; returns how many records it had."""
        with structlog.contextvars.bound_contextvars(group=self.group, batch_id=uuid4().hex[:12]):
            try:
                return self._turn(now)
            except Fenced as error:
                self.reader.forget()
                metrics.records(self.group, "fenced", 1)
                log.info("fenced", reason=str(error))
            except Exception as error:  # the one place where a step's own mistakes end, so that the others go on
                self._failed(error, now)
        return 0

    def _turn(self, now: datetime) -> int:
        if self._monotonic() < self._rest_until:
            return 0
        passed = self._step(now)
        self._backoff.succeeded()
        was_failing = self.stopped_because or self._failing_since
        if was_failing or self._seen_at is None or now >= self._seen_at + SEEN_EVERY:
            if self.reader.trouble:
                self._standing.stopped(self.reader.trouble, now=now)
            else:
                self._standing.going(now=now)
            self.stopped_because, self._seen_at, self._failing_since = "", now, None
        return passed

    def _failed(self, error: Exception, now: datetime) -> None:
        if not connection.in_atomic_block:  # a caller's transaction ends with its connection
            connection.close_if_unusable_or_obsolete()
        if is_transient(error):
            pause = self._backoff.failed()
            self._rest_until = self._monotonic() + pause
            metrics.records(self.group, "retried", 1)
            log.warning("batch is tried again", seconds=round(pause, 2), reason=str(error))
            self._failing_since = self._failing_since or now
            if now >= self._failing_since + TOLD_AFTER:
                self._tell(sentence(error), now)
            return
        self._rest_until = self._monotonic() + RETRY_SECONDS
        self.stopped_because = sentence(error)
        trace = None if isinstance(error, ConsumerStopped) else error
        log.error("consumer stopped", reason=self.stopped_because, exc_info=trace)
        self._tell(self.stopped_because, now)

    def _tell(self, reason: str, now: datetime) -> None:
        try:
            self._standing.stopped(reason, now=now)
        except DatabaseError:
            log.warning("the reason could not be stored", reason=reason)
