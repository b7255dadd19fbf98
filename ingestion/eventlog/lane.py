"""One partition on its way to Kafka: what was read, what is in flight, what the broker has acknowledged."""

from collections import deque
from dataclasses import dataclass, field

from confluent_kafka import KafkaError, Message

from ingestion.eventlog.base import Place


@dataclass(slots=True)
class Lane:
    """`name` is the topic's on the broker, `saved` the position stored, `acknowledged` what it may be moved to,
    `following` what to read next.

    The producer acknowledges a partition in order, so the number of an acknowledged record is that of the oldest in
    flight. `expected` is the least number that the broker may give to what comes next: a smaller one shows that the
    topic was emptied, and all that is kept has to be shipped again.
    """

    place: Place
    name: str
    epoch: int
    saved: int
    expected: int
    most_bytes: int
    is_saved: bool = True
    refused: int = 0
    acknowledged: int = field(init=False)
    following: int = field(init=False)
    in_flight: deque[int] = field(default_factory=deque)
    too_large: set[int] = field(default_factory=set)
    failed: KafkaError | None = None
    was_emptied: bool = False

    def __post_init__(self) -> None:
        self.acknowledged = self.following = self.saved

    @property
    def is_open(self) -> bool:
        """Whether more may be sent."""
        return self.failed is None and not self.was_emptied

    def sent(self, offset: int) -> None:
        """A record was handed to the producer."""
        self.in_flight.append(offset)
        self.following = offset + 1

    def delivered(self, error: KafkaError | None, message: Message) -> None:
        """The producer's report on the oldest record in flight. After a failure nothing counts until `again`."""
        offset = self.in_flight.popleft()
        if self.failed is not None:
            return
        if error is not None:
            self.failed = error
            if error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
                self.too_large.add(offset)
            return
        self.acknowledged, self.is_saved = offset + 1, False
        place = message.offset()
        if place is None:  # the broker had it already, and does not say where
            return
        self.was_emptied = self.was_emptied or place < self.expected
        self.expected = place + 1

    def again(self, offset: int) -> None:
        """Begin again at a number; only when nothing is in flight."""
        self.is_saved = self.is_saved and offset == self.acknowledged
        self.following = self.acknowledged = offset
        self.failed, self.was_emptied = None, False
