"""Feeding the consumer as the runner does, without positions."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from ingestion.enrichment import EnrichmentConsumer
from ingestion.eventlog import values
from ingestion.eventlog.base import Record
from ingestion.events import ProductEnriched, decode
from ingestion.models import LogRecord
from ingestion.runner.consumers import Effects
from ingestion.topics import ENRICHED
from tests.ingestion.enrichment.raw import NOW


def consume(records: Iterable[Record], now: datetime = NOW) -> Effects:
    """One batch."""
    effects = EnrichmentConsumer().prepare(list(records), now)
    with transaction.atomic():
        effects.write()
    return effects


def events() -> Sequence[ProductEnriched]:
    """Everything that was appended to products.enriched, in order."""
    rows = LogRecord.objects.filter(topic=ENRICHED.name).order_by("id").values_list("value", flat=True)
    return [decode(ProductEnriched, values.unpack(value)) for value in rows]
