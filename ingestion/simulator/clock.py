"""The simulator's clock: real time, faster time, or time that stands until it is moved."""

import time
from collections.abc import Callable
from threading import Lock

from arbitrage_site.clock import KEEPA_EPOCH_MINUTES

MS_PER_MINUTE = 60_000


def minute_of_ms(unix_ms: int) -> int:
    """The Keepa minute that contains a Unix time in milliseconds (keepa.md 8)."""
    return unix_ms // MS_PER_MINUTE - KEEPA_EPOCH_MINUTES


def ms_of_minute(minute: int) -> int:
    """The Unix time in milliseconds at which a Keepa minute begins."""
    return (minute + KEEPA_EPOCH_MINUTES) * MS_PER_MINUTE


class SimulatedClock:
    """Unix milliseconds from `start_ms` on, `speed` times as fast as real time; speed 0 stands still.

    `start_ms` None means the real time of now. `advance` moves it forward at once, whatever its speed.
    """

    def __init__(
        self, *, start_ms: int | None = None, speed: float = 1.0, real_ms: Callable[[], float] | None = None
    ) -> None:
        self._real_ms = real_ms or (lambda: time.time() * 1000)
        self._origin = self._real_ms()
        self._start = self._origin if start_ms is None else float(start_ms)
        self._speed = speed
        self._lock = Lock()

    def now_ms(self) -> int:
        """The current time of the simulated world."""
        with self._lock:
            return int(self._start + (self._real_ms() - self._origin) * self._speed)

    def minute(self) -> int:
        """The current Keepa minute."""
        return minute_of_ms(self.now_ms())

    def advance(self, *, minutes: float) -> None:
        """Move the clock forward."""
        if minutes < 0:
            raise ValueError("A simulated clock only moves forward.")
        with self._lock:
            self._start += minutes * MS_PER_MINUTE
