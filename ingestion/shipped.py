"""How far the log was shipped to Kafka, as pages and metrics show it; asks the database alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import F, QuerySet, Subquery

from ingestion.models import LogPartition, RelayPosition
from ingestion.runner import states
from ingestion.topics import TOPICS

GROUP = "relay"
"""Under which the relay's state is kept."""


@dataclass(frozen=True, slots=True)
class RelayState:
    """`lag` counts records that Kafka does not have yet, `too_large` those whose values it never will."""

    lag: int
    too_large: int
    seen: states.Seen | None

    @property
    def word(self) -> str:
        """Its state in one word."""
        if self.seen is None:
            return "not running"
        return "stopped" if self.seen.stopped else "shipping" if self.lag else "up to date"


def relay_state(now: datetime) -> RelayState | None:
    """None without Kafka; else three queries."""
    if not settings.KAFKA:
        return None
    positions = list(_positions())
    too_large = sum(row.too_large for row in positions)
    return RelayState(sum(_lag(positions).values()), too_large, states.seen(now, [GROUP]).get(GROUP))


def lag() -> dict[str, int]:
    """Records of each topic that Kafka does not have yet; two queries."""
    return _lag(_positions())


def shipped_until(topic: str, partition: int) -> int:
    """The first number of a partition that Kafka does not have; one query."""
    row = _positions().filter(topic=topic, partition=partition).first()
    return row.next_offset if row else 0


def _positions() -> "QuerySet[RelayPosition]":
    """The positions on the cluster that was shipped to last."""
    newest = RelayPosition.objects.order_by(F("saved_at").desc(nulls_last=True)).values("cluster")[:1]
    return RelayPosition.objects.filter(cluster=Subquery(newest))


def _lag(positions: Iterable[RelayPosition]) -> dict[str, int]:
    reached = {(row.topic, row.partition): row.next_offset for row in positions}
    waiting = dict.fromkeys(TOPICS, 0)
    for row in LogPartition.objects.filter(topic__in=TOPICS):
        position = max(reached.get((row.topic, row.partition), 0), row.first_offset)
        waiting[row.topic] += max(0, row.next_offset - position)
    return waiting
