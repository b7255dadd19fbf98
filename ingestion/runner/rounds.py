"""All consumers of a process, one after the other: one batch each per round."""

import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime

import structlog
from django.db import Error as DatabaseError

from ingestion.runner.turns import Turns

log = structlog.get_logger(__name__)
IDLE_SECONDS = 0.1


class Rounds:
    """Serves runners until `stop` is called; a batch that was begun is finished."""

    def __init__(
        self,
        runners: Sequence[Turns],
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        between: Sequence[Callable[[datetime], None]] = (),
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        """`between` is called after each round: checkpoints and pruning."""
        self._idle_seconds = idle_seconds
        self._runners = runners
        self._clock = clock
        self._sleep = sleep
        self._between = between
        self._stopping = False

    def stop(self, *_: object) -> None:
        """Ask to end; has the shape of a signal handler."""
        self._stopping = True

    def run(self, *, until_end: bool = False) -> list[str]:
        """Go round until stopped, or until every consumer reached the end of its topics or stands still.

        Returns why consumers stand still.
        """
        before = {number: signal.signal(number, self.stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not self._stopping and not (until_end and self._is_over()):
                self._round()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        for runner in self._runners:
            with suppress(DatabaseError):  # a lease that cannot be given back ends by itself
                runner.reader.close()
        return [f"{runner.group}: {runner.stopped_because}" for runner in self._runners if runner.stopped_because]

    def _round(self) -> None:
        passed = 0
        for runner in self._runners:
            if not self._stopping:
                passed += runner.turn(self._clock())
        for task in self._between:
            self._tidy(task)
        if not passed and not self._stopping:
            self._sleep(self._idle_seconds)

    def _tidy(self, task: Callable[[datetime], None]) -> None:
        """What cannot be tidied now can be later: no consumer waits for it."""
        try:
            task(self._clock())
        except DatabaseError as error:
            log.warning("tidying failed", reason=str(error))

    def _is_over(self) -> bool:
        return all(runner.stopped_because or not runner.reader.behind() for runner in self._runners)
