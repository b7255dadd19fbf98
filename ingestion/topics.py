"""Every topic, what it carries, how long it is kept, and which groups read it."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from ingestion.events import AlertRaised, Event, OpportunityChanged, ProductEnriched, RawKeepaUpdate

PARTITIONS = 12
ENRICHMENT = "enrichment-consumer"
DETECTOR = "arbitrage-detector"
ALERTS = "alert-rules"
INDEXER = "search-indexer"
DOCUMENTS = "search-documents"
"""Not a group: the name under which the drain behind the group `search-indexer` says how it fares."""

_INDEXERS = (INDEXER,) if settings.ELASTICSEARCH_URL else ()


@dataclass(frozen=True, slots=True)
class Topic:
    """A record is removed when every group has passed it and it is older than `keep`.

    Kafka keeps it as long, whoever has read it, and takes values of up to `most_bytes`; a larger one stays in SQL.
    """

    name: str
    event: type[Event]
    keep: timedelta
    groups: tuple[str, ...]
    most_bytes: int = 1_000_000

    @property
    def dead_letters(self) -> str:
        """The topic on Kafka that has copies of the records set aside."""
        return f"{self.name}.dlq"


RAW = Topic("raw.keepa_updates", RawKeepaUpdate, timedelta(hours=24), (ENRICHMENT,), most_bytes=8_000_000)
ENRICHED = Topic("products.enriched", ProductEnriched, timedelta(days=7), (DETECTOR, ALERTS, *_INDEXERS))
OPPORTUNITIES = Topic("arbitrage.opportunities", OpportunityChanged, timedelta(days=7), (ALERTS, *_INDEXERS))
ALERT = Topic("arbitrage.alerts", AlertRaised, timedelta(days=7), ())

TOPICS: dict[str, Topic] = {topic.name: topic for topic in (RAW, ENRICHED, OPPORTUNITIES, ALERT)}
