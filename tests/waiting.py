"""Waiting for what other threads, processes and servers do."""

import time
from collections.abc import Callable


def wait_until(holds: Callable[[], bool], what: str = "what should be", *, seconds: float, every: float = 0.02) -> None:
    """Look every so many seconds until it holds. Raises AssertionError when that takes too long."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{what} did not happen within {seconds:.0f} s"
        time.sleep(every)
