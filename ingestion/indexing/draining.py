"""Draining the marked documents in a thread: every second, and at once when woken."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from random import Random
from threading import Event, Thread

import structlog
from django.db import Error as DatabaseError
from django.db import connection

from arbitrage_site import clock, metrics
from ingestion.runner.backoff import Backoff
from ingestion.runner.failures import is_transient, sentence
from ingestion.runner.states import Standing
from ingestion.runner.turns import RETRY_SECONDS, SEEN_EVERY
from ingestion.topics import DOCUMENTS
from products.search.sync import MOST, Drain, Drained

log = structlog.get_logger(__name__)

EVERY_SECONDS = 1.0
COLLECT_SECONDS = 0.1
"""Changes of one product within this time become one document."""

MOST_REST_SECONDS = 5.0
"""So soon it is seen that Elasticsearch is back."""


class Draining:
    """Drains until stopped. What goes wrong is shown under the name DOCUMENTS, and tried again."""

    def __init__(
        self,
        drain: Callable[[int, datetime], Drained] | None = None,
        *,
        now: Callable[[], datetime] = clock.now,
        random: Random | None = None,
    ) -> None:
        self._drain = drain or Drain(random)
        self._now = now
        self._backoff = Backoff(random or Random())  # noqa: S311 - jitter, not a secret
        self._woken = Event()
        self._stopping = Event()
        self._standing = Standing(DOCUMENTS)
        self._thread: Thread | None = None
        self._trouble = ""
        self._said_at: datetime | None = None

    def wake(self) -> None:
        """Something was marked."""
        self._woken.set()

    def start(self) -> None:
        """Begin in a thread."""
        self._stopping.clear()
        self._thread = Thread(target=self._run, name=DOCUMENTS)
        self._thread.start()

    def stop(self) -> None:
        """End when what is under way has been answered."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()

    def finish(self) -> str:
        """Drain in this thread until nothing is due; why it cannot be done, or an empty text."""
        while True:
            drained = self._drain(MOST, self._now())
            if drained.trouble or not drained.claimed:
                return drained.trouble and f"{DOCUMENTS}: {drained.trouble}"

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._rest(self.turn())
        finally:
            connection.close()

    def _rest(self, seconds: float) -> None:
        """A wake-up does not shorten the rest after a failure."""
        if seconds:
            self._stopping.wait(seconds)
            return
        self._woken.wait(EVERY_SECONDS)
        self._stopping.wait(COLLECT_SECONDS)

    def turn(self) -> float:
        """Drain what is due; returns for how many seconds to rest after a failure, 0 after none."""
        self._woken.clear()
        try:
            return self._turn()
        except DatabaseError as error:
            connection.close_if_unusable_or_obsolete()
            if is_transient(error):
                log.warning("draining is tried again", reason=str(error))
                return self._pause()
            return self._stopped(error)
        except Exception as error:  # as in the runner: the one place where a mistake of a step ends
            return self._stopped(error)

    def _turn(self) -> float:
        while True:
            drained = self._drain(MOST, self._now())
            _count(drained)
            self._tell(drained.trouble)
            if drained.trouble:
                return self._pause()
            self._backoff.succeeded()
            if drained.claimed < MOST or self._stopping.is_set():
                return 0

    def _pause(self) -> float:
        return min(self._backoff.failed(), MOST_REST_SECONDS)

    def _tell(self, trouble: str) -> None:
        moment = self._now()
        if trouble and trouble != self._trouble:
            log.warning("documents wait", reason=trouble)
        if trouble == self._trouble and self._said_at is not None and moment < self._said_at + SEEN_EVERY:
            return
        if trouble:
            self._standing.stopped(trouble, now=moment)
        else:
            self._standing.going(now=moment)
        self._trouble, self._said_at = trouble, moment

    def _stopped(self, error: Exception) -> float:
        self._trouble, self._said_at = sentence(error), None
        log.error("draining stopped", reason=self._trouble, exc_info=error)
        with suppress(DatabaseError):
            self._standing.stopped(self._trouble, now=self._now())
        return RETRY_SECONDS


def _count(drained: Drained) -> None:
    metrics.documents("written", drained.written)
    metrics.documents("stale", drained.stale)
    metrics.documents("retried", drained.retried)
    metrics.documents("parked", drained.parked)
