"""How many records a batch may have, so that its transaction keeps nobody waiting."""

from collections.abc import Sequence

from ingestion.eventlog.base import Record

MOST_SECONDS = 0.25
MOST_BYTES = 8_000_000
"""Of values read. Rows and events made of raw records have less than a quarter of their bytes, so this writes 2 MB."""
_AIM = 0.7
"""The part of a limit that the next batch aims at: the last one only tells roughly what the next will take."""


class BatchSize:
    """Follows what the last transactions took; never above what the consumer asks for, never below one.

    Bytes are those of the records' values, which are known before anything is computed.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.limit = most

    def fitting(self, records: Sequence[Record]) -> Sequence[Record]:
        """The first records that stay within the bytes, at least one."""
        total = 0
        for count, record in enumerate(records):
            total += len(record.value)
            if total > MOST_BYTES and count:
                return records[:count]
        return records

    def committed(self, records: Sequence[Record], seconds: float) -> None:
        """Learn from a transaction that took `seconds`: shrink to half at most, grow by a quarter at a time."""
        count = len(records)
        load = max(seconds / MOST_SECONDS, sum(len(record.value) for record in records) / MOST_BYTES)
        fits = int(count * _AIM / load) if load > 0 else self._most
        if load > _AIM:
            self.limit = max(fits, count // 2, 1)
        elif count >= self.limit:
            self.limit = min(fits, self.limit + 1 + self.limit // 4, self._most)
