"""A bound for all that a seed does, whatever it waits for."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class OutOfTime(Exception):
    """It took too long. Not an `Unproved`: who waits for one thing and says more of it must not hold this up."""


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the midst of the block, in the main thread, when it takes longer."""

    def over(_number: int, _frame: FrameType | None) -> None:
        raise OutOfTime(f"after {seconds:g} s it was still under way; the last line above says how far it came")

    handler = signal.signal(signal.SIGALRM, over)
    timer = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)
