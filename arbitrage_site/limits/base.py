"""What a store of counters promises; `tests/contracts/cache.py` asks it of each."""

from typing import Protocol


class CountersAway(Exception):
    """The store did not answer in time, or is broken. The sentence names it without its address."""


class Counters(Protocol):
    """Counts per key, each in a window that begins with the first one.

    Every count is atomic across threads and processes, and every key ends with its window, so nothing piles up and
    the store needs no eviction. Any of the calls may raise CountersAway, after half a second at most.
    """

    def add(self, key: str, seconds: int) -> tuple[int, int]:
        """Count one more. Returns the count in this window and the seconds until it ends, from 1 to `seconds`."""
        ...

    def forget(self, key: str) -> None:
        """Begin again with the next `add`."""
        ...
