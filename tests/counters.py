"""Counters in memory, for tests that are not about where counters are kept."""

import time


class InMemory:
    """One process, no clean-up."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[int, float]] = {}

    def add(self, key: str, seconds: int) -> tuple[int, int]:
        """Count one more; the count and the seconds left."""
        moment = time.monotonic()
        n, ends_at = self.rows.get(key, (0, 0.0))
        n, ends_at = (n + 1, ends_at) if ends_at > moment else (1, moment + seconds)
        self.rows[key] = n, ends_at
        return n, max(1, round(ends_at - moment))

    def forget(self, key: str) -> None:
        """Begin again with the next count."""
        self.rows.pop(key, None)
