"""A record as a Kafka message: its number and generation stand in the headers before those of its own."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

from confluent_kafka import Message

from ingestion.eventlog.base import Record
from ingestion.eventlog.broker import topic_of
from ingestion.eventlog.shelf import Arrival

OFFSET = "log-offset"
EPOCH = "log-epoch"
ELSEWHERE = "log-value"
"""Present where the value is too large for Kafka: the message has none, and readers take it from SQL."""

Headers = list[tuple[str, bytes]]
_OURS = (OFFSET, EPOCH, ELSEWHERE)


def headers_of(offset: int, epoch: int, own: Headers, *, is_elsewhere: bool = False) -> Headers:
    """The headers of a message."""
    marks: Headers = [(OFFSET, b"%d" % offset), (EPOCH, b"%d" % epoch)]
    if is_elsewhere:
        marks.append((ELSEWHERE, b"sql"))
    return marks + own


def encoded(headers: Mapping[str, str]) -> Headers:
    """A record's own headers as Kafka takes them."""
    return [(name, value.encode()) for name, value in headers.items()]


def arrival_of(message: Message) -> Arrival | None:
    """What a message brings; None if it is not of the relay's making."""
    headers = message.headers() or []
    if len(headers) < 2 or headers[0][0] != OFFSET or headers[1][0] != EPOCH:
        return None
    offset, epoch = int(headers[0][1]), int(headers[1][1])
    if len(headers) > 2 and headers[2][0] == ELSEWHERE:
        return Arrival(offset, epoch, message.offset(), None)
    record = Record(
        topic_of(message.topic()),
        message.partition(),
        offset,
        message.key().decode(),
        message.value(),
        _time(message.timestamp()[1]),
        epoch,
        _decoded(tuple(headers[2:])),
    )
    return Arrival(offset, epoch, message.offset(), record)


@lru_cache(maxsize=1024)
def _decoded(headers: tuple[tuple[str, bytes], ...]) -> dict[str, str]:
    return {name: value.decode(errors="replace") for name, value in headers}


@lru_cache(maxsize=1024)
def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
