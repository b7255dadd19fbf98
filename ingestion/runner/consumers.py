"""What a consumer is, and finding those that the settings declare."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from django.utils.module_loading import import_string

from ingestion.errors import ConsumerStopped, InvalidRecord
from ingestion.eventlog.base import Record
from ingestion.topics import Topic


@dataclass(frozen=True)
class Effects:
    """What a batch will do. `write` runs in the transaction that saves positions, and may append to the log.

    `superseded` counts records that a newer one made pointless; `set_aside` holds those that can never be applied.
    """

    write: Callable[[], None]
    superseded: int = 0
    set_aside: Sequence[tuple[Record, InvalidRecord]] = ()


class Consumer(Protocol):
    """A step of the pipeline. Declared in settings.CONSUMERS by dotted path and constructed without arguments."""

    group: str
    topics: tuple[Topic, ...]
    batch_size: int

    def prepare(self, records: Sequence[Record], now: datetime) -> Effects:
        """Read and compute outside any transaction; write nothing. Only one member has these partitions."""
        ...


@runtime_checkable
class Accompanied(Protocol):
    """A consumer that has something running beside it, in a thread of its own."""

    def start(self) -> None:
        """Begin, before the first record."""
        ...

    def stop(self) -> None:
        """End, after the last one."""
        ...

    def finish(self) -> str:
        """After stopping, for `--until-end`: do all that is left. Why that cannot be, or an empty text."""
        ...


def load(path: str) -> Consumer:
    """The consumer at a dotted path; ConsumerStopped with a sentence when there is none."""
    try:
        consumer: Consumer = import_string(path)()
    except ImportError as error:
        raise ConsumerStopped(f"The consumer {path} cannot be imported: {error}. Correct CONSUMERS.") from error
    return consumer
