"""A breaker: what did not answer is not asked for a few seconds, so that it cannot slow every request."""

import time
from dataclasses import dataclass


@dataclass(slots=True)
class Breaker:
    """Open for `seconds` after `trip`. Per process; threads may share it."""

    seconds: float = 5.0
    _until: float = 0.0

    def trip(self) -> None:
        """Ask no more for a while."""
        self._until = time.monotonic() + self.seconds

    def close(self) -> None:
        """Ask again at once."""
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether one should not ask now."""
        return time.monotonic() < self._until
