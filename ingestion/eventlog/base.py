"""The contract of the event log that every backend's reader keeps, and that tests/contracts runs against each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

Place = tuple[str, int]
"""A topic and a partition."""


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

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.topic, self.partition

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"


@dataclass(frozen=True, slots=True)
class Passed:
    """A move of a position from the first record passed to the next offset, and what became of the records between.

    `record_time` is the timestamp of the last of them.
    """

    offset: int
    next_offset: int
    applied: int
    superseded: int
    set_aside: int
    record_time: datetime


class Reader(Protocol):
    """One member of a group. Partitions are shared between members by lease; a lease is renewed by polling."""

    @property
    def epoch(self) -> int:
        """The log's generation that the last poll saw."""
        ...

    @property
    def trouble(self) -> str:
        """Why a partition stood still at the last poll while others went on; mostly empty."""
        ...

    def poll(self, limit: int, now: datetime) -> Sequence[Record]:
        """The next records of one or more owned partitions, in order per partition, without gaps.

        Returns at once, possibly empty. Polling again before `save` gives the same records again.
        Raises `ConsumerStopped` where the next record of a partition is missing and no other has any.
        """
        ...

    def save(self, passed: Mapping[Place, Passed], now: datetime) -> None:
        """Move positions inside the caller's transaction.

        Raises `Fenced` if another owner moved them or the log's generation changed since the poll.
        """
        ...

    def forget(self) -> None:
        """Read positions and leases again at the next poll, as after a rollback or `Fenced`."""
        ...

    def behind(self) -> bool:
        """Whether the group, this member or another, has still to pass records that are in the log now."""
        ...

    def close(self) -> None:
        """Give the leases back."""
        ...


class Fenced(Exception):
    """Somebody else owns the partition now: roll back, forget the batch, poll again."""
