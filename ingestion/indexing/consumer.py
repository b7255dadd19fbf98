"""The consumer of the group search-indexer."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, OuterRef, Subquery

from ingestion.eventlog.base import Record
from ingestion.indexing.draining import Draining
from ingestion.models import LogPartition, LogPosition
from ingestion.runner.consumers import Effects
from ingestion.topics import ENRICHED, INDEXER, OPPORTUNITIES, Topic


class IndexConsumer:
    """A record says that something changed, which is marked already; it is not even decoded, and only wakes the drain.

    The drain runs beside the consumers, so that an Elasticsearch that hangs does not keep them waiting.
    """

    group = INDEXER
    topics: tuple[Topic, ...] = (ENRICHED, OPPORTUNITIES)
    batch_size = 2000

    def __init__(self) -> None:
        self._draining = Draining()

    def prepare(self, records: Sequence[Record], now: datetime) -> Effects:  # noqa: ARG002 - the shape of a consumer
        """Nothing to write: a record that is passed twice wakes twice."""
        self._draining.wake()
        return Effects(write=_nothing)

    def start(self) -> None:
        """Begin to drain. What was removed from the log while search was in SQL is of no interest."""
        first = LogPartition.objects.filter(topic=OuterRef("topic"), partition=OuterRef("partition"))
        own = LogPosition.objects.filter(group=self.group)
        known = own.annotate(first=Subquery(first.values("first_offset")[:1]))
        for position in known.filter(next_offset__lt=F("first")):
            own.filter(pk=position.pk, next_offset=position.next_offset).update(next_offset=position.first)
        self._draining.start()

    def stop(self) -> None:
        """End; what is marked stays so."""
        self._draining.stop()

    def finish(self) -> str:
        """Send what is marked now; a sentence if that cannot be."""
        return self._draining.finish()


def _nothing() -> None:
    """Records that only wake leave nothing behind."""
