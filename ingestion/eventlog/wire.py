"""A record as a Kafka message: its number and generation stand in the headers before those of its own."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Protocol

from ingestion.eventlog.base import Place, Record
from ingestion.eventlog.shelf import Arrival

OFFSET = "log-offset"
EPOCH = "log-epoch"
ELSEWHERE = "log-value"
"""Present where the value is too large for Kafka: the message has none, and readers take it from SQL."""

Headers = list[tuple[str, str | bytes | None]]


class Received(Protocol):
    """A message without an error, as librdkafka's Message is then."""

    def topic(self) -> str: ...
    def partition(self) -> int: ...
    def offset(self) -> int: ...
    def key(self) -> bytes: ...
    def value(self) -> bytes: ...
    def timestamp(self) -> tuple[int, int]: ...
    def headers(self) -> list[tuple[str, bytes]] | None: ...


def headers_of(offset: int, epoch: int, own: Headers, *, is_elsewhere: bool = False) -> Headers:
    """The headers of a message."""
    marks: Headers = [(OFFSET, b"%d" % offset), (EPOCH, b"%d" % epoch)]
    if is_elsewhere:
        marks.append((ELSEWHERE, b"sql"))
    return marks + own


def encoded(headers: Mapping[str, str]) -> Headers:
    """A record's own headers as Kafka takes them."""
    return [(name, value.encode()) for name, value in headers.items()]


def arrival_of(message: Received, place: Place) -> Arrival | None:
    """What a message of a partition brings; None if it is not of the relay's making."""
    headers = message.headers() or ()
    try:
        return _arrival(message, place, headers)
    except (ValueError, LookupError, AttributeError, TypeError):  # a mark or the key is missing or something else
        return None


def _arrival(message: Received, place: Place, headers: Sequence[tuple[str, bytes]]) -> Arrival | None:
    (first, offset), (second, epoch) = headers[0], headers[1]
    if first != OFFSET or second != EPOCH:
        return None
    if len(headers) > 2 and headers[2][0] == ELSEWHERE:
        return Arrival(int(offset), int(epoch), message.offset(), None)
    record = Record(
        *place,
        int(offset),
        message.key().decode(),
        message.value(),
        _time(message.timestamp()[1]),
        int(epoch),
        _decoded(tuple(headers[2:])),
    )
    return Arrival(record.offset, record.epoch, message.offset(), record)


@lru_cache(maxsize=1024)
def _decoded(headers: tuple[tuple[str, bytes], ...]) -> dict[str, str]:
    return {name: value.decode(errors="replace") for name, value in headers}


@lru_cache(maxsize=1024)
def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
