"""The breaker: a flood of bad records means that something else is wrong, so the consumer stops instead."""

from collections import deque
from collections.abc import Iterable

from ingestion.errors import ConsumerStopped

IN_A_ROW = 50
WINDOW = 2_000
OF_WINDOW = WINDOW // 20
_WAY_OUT = (
    "Nothing of this batch was set aside. Correct the cause, or stop run_consumers and set them aside with"
    " `manage.py run_consumers --until-end --accept-floods`."
)


class Breaker:
    """Counts bad records of one consumer: in a row, and among the last 2,000. Starts anew with the process."""

    def __init__(self, *, is_open: bool = False) -> None:
        """`is_open` lets every flood through: for a person who has looked and wants the records set aside."""
        self._is_open = is_open
        self._recent: deque[bool] = deque(maxlen=WINDOW)

    def admit(self, outcomes: Iterable[bool]) -> None:
        """Check what a batch would add (True is a bad record), before anything of it is written.

        Raises ConsumerStopped when that would be a flood; the batch is then not counted either.
        """
        recent = self._recent.copy()
        in_a_row = _tail(recent)
        bad = sum(recent)
        for outcome in outcomes:
            bad += outcome - (len(recent) == WINDOW and recent[0])
            recent.append(outcome)
            in_a_row = in_a_row + 1 if outcome else 0
            if outcome and not self._is_open:
                _check(in_a_row, bad)
        self._pending = recent

    def committed(self) -> None:
        """What was admitted last is in the database now."""
        self._recent = self._pending


def _tail(recent: deque[bool]) -> int:
    count = 0
    for outcome in reversed(recent):
        if not outcome:
            break
        count += 1
    return count


def _check(in_a_row: int, bad: int) -> None:
    if in_a_row >= IN_A_ROW:
        raise ConsumerStopped(f"{IN_A_ROW} bad records in a row. {_WAY_OUT}")
    if bad >= OF_WINDOW:
        raise ConsumerStopped(f"{OF_WINDOW} bad records among the last {WINDOW}. {_WAY_OUT}")
