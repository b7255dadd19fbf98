"""The one place that chooses where a group reads the event log."""

from collections.abc import Sequence

from django.conf import settings

from ingestion.eventlog.base import Reader
from ingestion.eventlog.sql import SqlReader
from ingestion.topics import Topic


def open_reader(group: str, topics: Sequence[Topic], owner: str) -> Reader:
    """A member of a group: of Kafka where the settings name a broker, else of the SQL log."""
    if not settings.KAFKA:
        return SqlReader(group, topics, owner)
    from ingestion.eventlog.kafka import KafkaReader  # librdkafka is loaded only where it is used

    return KafkaReader(group, topics, owner)
