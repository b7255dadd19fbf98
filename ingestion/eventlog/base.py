"""The contract of the event log that every backend's reader keeps, and that tests/contracts runs against each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Record:
    """A fact at its place. `value` is the uncompressed UTF-8 JSON; `epoch` the log's generation."""

    topic: str
    partition: int
    offset: int
    key: str
    value: bytes
    timestamp: datetime
    epoch: int
    headers: dict[str, str] = field(default_factory=dict)


class Reader(Protocol):
    """One member of a group. Partitions are shared between members by lease; a lease is renewed by polling."""

    def poll(self, limit: int, now: datetime) -> Sequence[Record]:
        """The next records of one or more owned partitions, in order per partition, without gaps.

        Returns at once, possibly empty. Polling again before `save` gives the same records again.
        """
        ...

    def save(self, next_offsets: dict[tuple[str, int], int], now: datetime) -> None:
        """Move positions inside the caller's transaction. Raises `Fenced` if another owner moved them."""
        ...

    def close(self) -> None:
        """Give the leases back."""
        ...


class Fenced(Exception):
    """Somebody else owns the partition now: roll back, forget the batch, poll again."""
