"""The database's side of a group that Kafka shares out: positions, and leases taken where Kafka assigned them.

Kafka says who should read a partition, the lease who may save: it is never taken from a member that is alive, so two
that both believe themselves assigned cannot take it from each other in turn.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q, QuerySet

from ingestion.eventlog import leases
from ingestion.eventlog.base import Passed, Place
from ingestion.eventlog.owners import has_ended
from ingestion.models import LogPosition, RelayPosition
from ingestion.topics import Topic


def take(rows: "QuerySet[LogPosition] | QuerySet[RelayPosition]", owner: str, now: datetime) -> None:
    """Become or stay the owner of rows that nobody else holds.

    What another is saving or taking at this moment is left for the next look: to wait for it would hold up all the
    others, and two who wait for each other's rows would never end.
    """
    others = rows.exclude(owner__in=("", owner)).order_by().values_list("owner", flat=True).distinct()
    free = Q(owner__in=("", owner, *filter(has_ended, others))) | Q(lease_until__lte=now) | Q(lease_until=None)
    with transaction.atomic():
        found = rows.filter(free).order_by("topic", "partition")
        ours = list(found.select_for_update(skip_locked=True).values_list("pk", flat=True))
        rows.filter(pk__in=ours).update(owner=owner, lease_until=now + leases.LEASE)


class Holdings:
    """The positions of a group, of which `owner` holds some."""

    def __init__(self, group: str, topics: Sequence[Topic], owner: str) -> None:
        self._group = group
        self._topics = topics
        self._owner = owner
        self._rows: dict[Place, LogPosition] = {}
        self._stale = True
        self._renew_at: datetime | None = None

    def refresh(self, now: datetime) -> bool:
        """Read all rows of the group if they may have changed, and renew the leases when due, which is returned."""
        is_due = self._renew_at is None or now >= self._renew_at
        if is_due:
            for topic in self._topics:
                leases.rows_of(self._group, topic.name)
            self._all().filter(owner=self._owner).update(lease_until=now + leases.LEASE)
            self._renew_at = now + leases.RENEW
        if is_due or self._stale:
            self._rows = {(row.topic, row.partition): row for row in self._all()}
            self._stale = False
        return is_due

    def take(self, places: Iterable[Place], now: datetime) -> None:
        """Take those of these partitions that are free and not held yet."""
        wanted = [place for place in places if not self.holds(place)]
        if wanted:
            take(self._all().filter(at(wanted)), self._owner, now)
            self._rows = {(row.topic, row.partition): row for row in self._all()}

    def give_back(self, places: Iterable[Place]) -> None:
        """Let others have these at once."""
        if wanted := list(places):
            self._all().filter(at(wanted), owner=self._owner).update(owner="", lease_until=None)
            self._stale = True

    def release(self) -> None:
        """Let others have everything at once."""
        self._all().filter(owner=self._owner).update(owner="", lease_until=None)
        self.forget()

    def holds(self, place: Place) -> bool:
        """Whether the lease is ours."""
        row = self._rows.get(place)
        return row is not None and row.owner == self._owner

    def position(self, place: Place) -> int:
        """The group's next offset."""
        return self._rows[place].next_offset

    def seek(self, place: Place, cluster: str) -> int | None:
        """The broker's offset to begin at; None where none is known of this cluster."""
        row = self._rows.get(place)
        return row.broker_offset if row is not None and row.broker_cluster == cluster else None

    def move(self, moves: Mapping[Place, Passed], now: datetime, seeks: Mapping[Place, tuple[str, int | None]]) -> None:
        """Save positions inside the caller's transaction; `Fenced` if one of them is not ours to move."""
        self._stale = True
        leases.move(self._group, self._owner, moves, now, seeks)

    def forget(self) -> None:
        """Read everything again."""
        self._stale = True
        self._renew_at = None

    def _all(self) -> "QuerySet[LogPosition]":
        return LogPosition.objects.filter(group=self._group, topic__in=[topic.name for topic in self._topics])


def at(places: Iterable[Place]) -> Q:
    """Rows of these partitions; of no partition none."""
    return reduce(or_, (Q(topic=topic, partition=partition) for topic, partition in places), Q(pk__in=()))
