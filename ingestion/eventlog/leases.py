"""Which member of a group owns which partition, and how far the group has read it.

A lease only decides who reads. What keeps effects single is the conditional update in `move`: it succeeds for the
owner alone, and only from the position that the batch was read at.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from ingestion.eventlog.base import Fenced, Passed, Place
from ingestion.eventlog.owners import has_ended
from ingestion.models import LogPartition, LogPosition
from ingestion.topics import PARTITIONS, Topic
from products import bulk

LEASE = timedelta(seconds=20)
RENEW = timedelta(seconds=5)


class Leases:
    """The partitions that `owner` holds for a group, with their positions.

    Members share each topic evenly without knowing of each other beforehand: a newcomer takes partitions from
    those who hold more than their share, and these notice when their next save is fenced.
    """

    def __init__(self, group: str, topics: Sequence[Topic], owner: str) -> None:
        self._group = group
        self._topics = topics
        self._owner = owner
        self._positions: dict[Place, int] = {}
        self._stale = True
        self._renew_at: datetime | None = None

    def positions(self, now: datetime) -> dict[Place, int]:
        """The next offset of every partition held, renewing leases and sharing anew when that is due."""
        if self._renew_at is None or now >= self._renew_at:
            with transaction.atomic():
                self._lock()
                for topic in self._topics:
                    self._share(topic.name, now)
            self._renew_at = now + RENEW
            self._stale = True
        if self._stale:
            held = self._rows().filter(owner=self._owner)
            self._positions = {(t, p): n for t, p, n in held.values_list("topic", "partition", "next_offset")}
            self._stale = False
        return self._positions

    def move(self, moves: Mapping[Place, Passed], now: datetime) -> None:
        """Save positions inside the caller's transaction; `Fenced` if one of them is not ours to move."""
        self._stale = True
        move(self._group, self._owner, moves, now)

    def forget(self) -> None:
        """Read everything again at the next call of `positions`."""
        self._positions = {}
        self._renew_at = None

    def release(self) -> None:
        """Let others have the partitions at once."""
        with transaction.atomic():
            self._lock()
            self._rows().filter(owner=self._owner).update(owner="", lease_until=None)
        self.forget()

    def _rows(self) -> QuerySet[LogPosition]:
        return LogPosition.objects.filter(group=self._group, topic__in=[topic.name for topic in self._topics])

    def _lock(self) -> None:
        """In the order in which batches save them: members that share anew at once wait, instead of for each other."""
        if connection.features.has_select_for_update:
            list(self._rows().order_by("topic", "partition").select_for_update().values_list("pk"))

    def _share(self, topic: str, now: datetime) -> None:
        """Renew what is held, take what is free up to an even share, and the rest from those with more than theirs."""
        rows = rows_of(self._group, topic)
        mine = [row for row in rows if row.owner == self._owner]
        live = Counter(row.owner for row in rows if row.owner != self._owner and _is_live(row, now))
        least, most = PARTITIONS // (len(live) + 1), -(-PARTITIONS // (len(live) + 1))
        self._rows().filter(topic=topic, owner=self._owner).update(lease_until=now + LEASE)
        free = [row for row in rows if row.owner != self._owner and row.owner not in live]
        held = len(mine) + self._take(free[: max(0, most - len(mine))], now)
        if held < least:
            self._take(_spare(rows, live, least)[: least - held], now)

    def _take(self, rows: Iterable[LogPosition], now: datetime) -> int:
        """Become the owner of rows that still have the owner they were read with; returns how many."""
        return sum(
            LogPosition.objects.filter(pk=row.pk, owner=row.owner).update(owner=self._owner, lease_until=now + LEASE)
            for row in rows
        )


def rows_of(group: str, topic: str) -> list[LogPosition]:
    """The group's rows of a topic; a group that is new to it begins at the oldest record that is kept."""
    rows = list(LogPosition.objects.filter(group=group, topic=topic).order_by("partition"))
    if len(rows) == PARTITIONS:
        return rows
    kept = dict(LogPartition.objects.filter(topic=topic).values_list("partition", "first_offset"))
    fresh = [
        LogPosition(group=group, topic=topic, partition=number, next_offset=kept.get(number, 0))
        for number in range(PARTITIONS)
    ]
    LogPosition.objects.bulk_create(fresh, ignore_conflicts=True)
    return list(LogPosition.objects.filter(group=group, topic=topic).order_by("partition"))


def move(
    group: str,
    owner: str,
    moves: Mapping[Place, Passed],
    now: datetime,
    seeks: Mapping[Place, tuple[str, int | None]] | None = None,
) -> None:
    """Save positions inside the caller's transaction; `Fenced` if one of them is not the owner's to move.

    `seeks` holds the cluster and the broker's offset to store beside each.
    """
    columns: tuple[str, ...] = ("next_offset", "saved_at", "record_time")
    if seeks is not None:
        columns += ("broker_cluster", "broker_offset")
    key, counters = ("owner", "group", "topic", "partition", "next_offset"), ("applied", "superseded", "set_aside")
    rows = [
        (
            *(passed.next_offset, now, passed.record_time),
            *(() if seeks is None else seeks[place]),
            *(passed.applied, passed.superseded, passed.set_aside),
            *(owner, group, *place, passed.offset),
        )
        for place, passed in sorted(moves.items())
    ]
    if bulk.update(LogPosition, columns, rows, key=key, add=counters) != len(rows):
        raise Fenced(f"{group} lost a partition to another member.")


def _is_live(row: LogPosition, now: datetime) -> bool:
    return row.lease_until is not None and row.lease_until > now and not has_ended(row.owner)


def _spare(rows: Iterable[LogPosition], live: Counter[str], least: int) -> list[LogPosition]:
    """Rows that other live members hold beyond `least`."""
    left = Counter(live)
    spare = []
    for row in rows:
        if left[row.owner] > least:
            left[row.owner] -= 1
            spare.append(row)
    return spare
