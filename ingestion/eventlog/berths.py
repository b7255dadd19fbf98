"""The database's side of the relay: which partitions of a cluster it may ship to, and how far it has.

Whoever holds a lease ships; a second relay waits until it runs out. A relay that was held up for longer and still
ships is fenced when it saves, and what it shipped twice is dropped by the readers.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from ingestion.eventlog.base import Fenced, Place
from ingestion.eventlog.broker import name_of
from ingestion.eventlog.holdings import take
from ingestion.eventlog.lane import Lane
from ingestion.eventlog.leases import RENEW
from ingestion.models import LogPartition, RelayPosition
from ingestion.topics import PARTITIONS, TOPICS, Topic
from products import bulk

_COLUMNS = ("next_offset", "broker_offset", "epoch", "saved_at")
_KEY = ("cluster", "topic", "partition", "owner", "next_offset")


class Berths:
    """The lanes of one cluster that `owner` holds."""

    def __init__(self, cluster: str, topics: Sequence[Topic], owner: str) -> None:
        self.cluster = cluster
        self._topics = [topic.name for topic in topics]
        self._owner = owner
        self._lanes: dict[Place, Lane] = {}
        self._renew_at: datetime | None = None

    def lanes(self, now: datetime) -> dict[Place, Lane]:
        """What is held, the leases renewed and what became free taken when that is due."""
        if self._renew_at is None or now >= self._renew_at:
            self._create()
            take(self._rows(), self._owner, now)
            self._renew_at = now + RENEW
            rows = {(row.topic, row.partition): row for row in self._rows().filter(owner=self._owner)}
            self._lanes = {place: self._lanes.get(place) or _lane(row) for place, row in rows.items()}
        return self._lanes

    def saved(self) -> dict[Place, int]:
        """The next offset of every partition, whichever relay ships it."""
        rows = self._rows().values_list("topic", "partition", "next_offset")
        return {(topic, partition): following for topic, partition, following in rows}

    def save(self, now: datetime | None) -> None:
        """Move positions to what was acknowledged; `Fenced` if another relay ships there now."""
        moved = [lane for lane in self._lanes.values() if not lane.is_saved]
        rows = [
            (lane.acknowledged, lane.expected, lane.epoch, now, self.cluster, *lane.place, self._owner, lane.saved)
            for lane in moved
        ]
        with transaction.atomic():
            if bulk.update(RelayPosition, _COLUMNS, rows, key=_KEY) != len(rows):
                raise Fenced("Another relay ships a partition of this one.")
        for lane in moved:
            lane.saved, lane.is_saved = lane.acknowledged, True

    def refused(self, lane: Lane) -> None:
        """Count a record whose value stays in SQL because Kafka does not take it."""
        topic, partition = lane.place
        self._rows().filter(topic=topic, partition=partition).update(too_large=F("too_large") + 1)

    def oldest_kept(self, place: Place) -> int:
        """Where shipping begins anew."""
        topic, partition = place
        kept = LogPartition.objects.filter(topic=topic, partition=partition).values_list("first_offset", flat=True)
        return kept.first() or 0

    def release(self) -> None:
        """Let another relay go on at once."""
        self._rows().filter(owner=self._owner).update(owner="", lease_until=None)

    def _rows(self) -> "QuerySet[RelayPosition]":
        return RelayPosition.objects.filter(cluster=self.cluster, topic__in=self._topics)

    def _create(self) -> None:
        """Rows of a cluster that is new, beginning at the oldest record that is kept."""
        if self._rows().count() == PARTITIONS * len(self._topics):
            return
        kept = {
            (topic, partition): first
            for topic, partition, first in LogPartition.objects.values_list("topic", "partition", "first_offset")
        }
        places = [(topic, number) for topic in self._topics for number in range(PARTITIONS)]
        RelayPosition.objects.bulk_create(
            [
                RelayPosition(
                    cluster=self.cluster, topic=topic, partition=number, next_offset=kept.get((topic, number), 0)
                )
                for topic, number in places
            ],
            ignore_conflicts=True,
        )


def _lane(row: RelayPosition) -> Lane:
    most_bytes = TOPICS[row.topic].most_bytes
    place = row.topic, row.partition
    return Lane(place, name_of(row.topic), row.epoch, row.next_offset, row.broker_offset, most_bytes)
