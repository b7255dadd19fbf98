"""Ids derived from the record that caused something, so that reading the record again gives the same ids."""

from uuid import NAMESPACE_URL, UUID, uuid5

from ingestion.eventlog.base import Record

_NAMESPACE = uuid5(NAMESPACE_URL, "arbitrage-tracker:derived")


def derived(record: Record, *subject: object) -> UUID:
    """The id of `subject` as caused by a record: UUID5 of its topic, partition, offset and epoch, and the subject."""
    place = (record.topic, record.partition, record.offset, record.epoch)
    return uuid5(_NAMESPACE, "/".join(str(part) for part in (*place, *subject)))
