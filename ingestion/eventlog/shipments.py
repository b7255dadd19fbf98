"""The log's records as the relay sends them: read in bulk, without an object of the model or its JSON for each."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec
from django.db.models import TextField
from django.db.models.functions import Cast

from ingestion.eventlog import values, wire
from ingestion.eventlog.base import Place
from ingestion.models import LogRecord


class Shipment(NamedTuple):
    """A record on its way; `milliseconds` since 1970."""

    offset: int
    key: str
    value: bytes
    headers: wire.Headers
    milliseconds: int
    epoch: int


def shipments(place: Place, start: int, end: int, limit: int) -> Iterator[Shipment]:
    """The records from `start` to before `end`, in order; one that is missing is left out, and readers notice."""
    topic, partition = place
    rows = LogRecord.objects.filter(topic=topic, partition=partition, offset__gte=start, offset__lt=end)
    # As text, headers and times are found in a cache: most records of a batch share them.
    columns = ("offset", "key", "value", Cast("headers", TextField()), Cast("timestamp", TextField()), "epoch")
    for offset, key, value, headers, timestamp, epoch in rows.order_by("offset").values_list(*columns)[:limit]:
        yield Shipment(offset, key, values.unpack(value), _own(headers), _milliseconds(timestamp), epoch)


@lru_cache(maxsize=1024)
def _own(headers: str) -> wire.Headers:
    return wire.encoded(msgspec.json.decode(headers, type=dict[str, str]))


@lru_cache(maxsize=1024)
def _milliseconds(timestamp: str) -> int:
    """Both databases write UTC; SQLite leaves the zone out."""
    return int(datetime.fromisoformat(timestamp).replace(tzinfo=UTC).timestamp() * 1000)
