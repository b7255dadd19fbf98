"""The records that are kept, a page at a time."""

from collections.abc import Iterator

from ingestion.eventlog import values
from ingestion.eventlog.base import Record
from ingestion.models import LogRecord

PAGE = 200


def pages(topic: str, partition: int, start: int, end: int) -> Iterator[list[Record]]:
    """Records of a partition from `start` up to but without `end`, in order, gaps left as they are."""
    while start < end:
        rows = LogRecord.objects.filter(topic=topic, partition=partition, offset__gte=start, offset__lt=end)
        fields = rows.order_by("offset").values_list("offset", "key", "value", "timestamp", "epoch", "headers")
        page = [
            Record(topic, partition, offset, key, values.unpack(value), timestamp, epoch, headers)
            for offset, key, value, timestamp, epoch, headers in fields[:PAGE]
        ]
        if not page:
            return
        yield page
        start = page[-1].offset + 1
