"""Records of one partition that came from Kafka and wait to be handed out, gaps filled from SQL."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from ingestion.eventlog.base import Record

Fill = Callable[[int, int], list[Record]]
"""From a number on, so many records of the log's table; fewer where one is missing."""


class Arrival(NamedTuple):
    """A record as Kafka gave it; without `record`, its value is only in SQL."""

    offset: int
    epoch: int
    broker_offset: int
    record: Record | None


class Shelf:
    """`expected` is the smallest number that is new here; `until` the number before which all must be somewhere."""

    def __init__(self, expected: int) -> None:
        self.expected = expected
        self.until = 0
        self.bytes = 0
        self._arrivals: deque[Arrival] = deque()
        self._after: int | None = None

    def __len__(self) -> int:
        return len(self._arrivals)

    def add(self, arrival: Arrival, epoch: int) -> bool:
        """Keep what arrived; False if it is a repeat, or of a generation before `epoch`."""
        offset, of_epoch, broker_offset, record = arrival
        self._after = broker_offset + 1
        if offset < self.expected or of_epoch < epoch:
            return False
        self._arrivals.append(arrival)
        self.expected = offset + 1
        if record is not None:
            self.bytes += len(record.value)
        return True

    def passed(self, position: int) -> None:
        """Let go of what stands before a position."""
        while self._arrivals and self._arrivals[0].offset < position:
            self.bytes -= _size(self._arrivals.popleft())
        if not self._arrivals:
            self.expected = max(self.expected, position)

    def renew(self, epoch: int, position: int) -> None:
        """Drop what is of an older generation: its numbers will come again."""
        self._arrivals = deque(arrival for arrival in self._arrivals if arrival.epoch >= epoch)
        self.bytes = sum(map(_size, self._arrivals))
        self.expected = self._arrivals[-1].offset + 1 if self._arrivals else position

    def waits(self, position: int) -> bool:
        """Whether there is something to hand out from this position on."""
        return bool(self._arrivals) or position < self.until

    def take(self, position: int, limit: int, fill: Fill) -> list[Record]:
        """Up to `limit` records from `position` on, without gaps; they stay here until they are passed."""
        taken: list[Record] = []
        for arrival in self._arrivals:
            gap_ends = arrival.offset + (arrival.record is None)
            following = position + len(taken)
            if following < gap_ends:
                taken += fill(following, min(gap_ends - following, limit - len(taken)))
            if len(taken) == limit or position + len(taken) < gap_ends:
                return taken
            if arrival.record is not None:
                taken.append(arrival.record)
                if len(taken) == limit:
                    return taken
        following = position + len(taken)
        if following < self.until:
            taken += fill(following, min(self.until - following, limit - len(taken)))
        return taken

    def broker_offset(self, position: int) -> int | None:
        """Where Kafka goes on behind what stands before a position; None if nothing has come from there yet."""
        return next((one.broker_offset for one in self._arrivals if one.offset >= position), self._after)


def _size(arrival: Arrival) -> int:
    return len(arrival.record.value) if arrival.record else 0
