"""What the pipeline page shows of the log: how fast each topic grows, how far each group has read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, Q

from ingestion.models import DeadLetter, LogPartition, LogPosition, LogRecord
from ingestion.runner.states import Seen, is_silent, seen
from ingestion.topics import ALERT, ALERTS, DETECTOR, ENRICHED, ENRICHMENT, INDEXER, OPPORTUNITIES, RAW, TOPICS

SAMPLE = 20
"""A partition's speed is measured over its newest records, so many of them."""
TITLES = {
    RAW.name: "Keepa’s answers",
    ENRICHED.name: "Enriched products",
    OPPORTUNITIES.name: "Opportunities",
    ALERT.name: "Alerts",
}
GROUP_TITLES = {ENRICHMENT: "Enrich", DETECTOR: "Detect", ALERTS: "Alert", INDEXER: "Index"}
Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class TopicState:
    """`per_minute` is the mean speed over the newest records of each partition."""

    name: str
    title: str
    total: int
    kept: int
    per_minute: float


@dataclass(frozen=True, slots=True)
class GroupState:
    """`lag` in records; `behind` the age of the oldest record not passed; `blocks` the topics it keeps from pruning."""

    name: str
    title: str
    lag: int
    behind: timedelta | None
    passed: int
    superseded: int
    set_aside: int
    dead_letters: int
    saved_at: datetime | None
    seen: Seen | None
    blocks: list[str]
    is_silent: bool

    @property
    def word(self) -> str:
        """Its state in one word."""
        if self.seen and self.seen.stopped:
            return "stopped"
        return "silent" if self.is_silent else "catching up" if self.lag else "up to date"


@dataclass(frozen=True, slots=True)
class LogState:
    """The whole log at one moment."""

    topics: list[TopicState]
    groups: list[GroupState]


def log_state(now: datetime) -> LogState:
    """Six queries, each over rows found by key."""
    partitions = list(LogPartition.objects.filter(topic__in=TOPICS))
    positions = list(LogPosition.objects.all())
    waiting = _waiting(partitions, positions)
    times = _times([*_samples(partitions), *waiting.values()])
    everyone = seen(now)
    letters = dict(
        DeadLetter.objects.filter(state=DeadLetter.State.OPEN).values_list("group").annotate(n=Count("pk")).order_by()
    )
    topics = [_topic(name, partitions, times, now) for name in TOPICS]
    names = dict.fromkeys(group for topic in TOPICS.values() for group in topic.groups)
    groups = [_group(name, partitions, positions, waiting, times, everyone, letters, now) for name in names]
    return LogState(topics, groups)


def _samples(partitions: Iterable[LogPartition]) -> list[Place]:
    """The record from which a partition's speed is measured."""
    return [_sample(row) for row in partitions if row.next_offset > row.first_offset]


def _sample(row: LogPartition) -> Place:
    return row.topic, row.partition, max(row.first_offset, row.next_offset - SAMPLE)


def _waiting(partitions: Iterable[LogPartition], positions: Iterable[LogPosition]) -> dict[tuple[str, str, int], Place]:
    """The first record not passed, by (group, topic, partition), where there is one."""
    passed = {(row.group, row.topic, row.partition): row.next_offset for row in positions}
    found = {}
    for row in partitions:
        for group in TOPICS[row.topic].groups:
            key = (group, row.topic, row.partition)
            offset = max(passed.get(key, 0), row.first_offset)
            if offset < row.next_offset:
                found[key] = (row.topic, row.partition, offset)
    return found


def _times(places: Iterable[Place]) -> dict[Place, datetime]:
    """When the records at these places were appended; one query by the log's key."""
    wanted = [Q(topic=topic, partition=partition, offset=offset) for topic, partition, offset in set(places)]
    if not wanted:
        return {}
    rows = LogRecord.objects.filter(reduce(or_, wanted)).values_list("topic", "partition", "offset", "timestamp")
    return {(topic, partition, offset): timestamp for topic, partition, offset, timestamp in rows}


def _topic(name: str, partitions: Iterable[LogPartition], times: Mapping[Place, datetime], now: datetime) -> TopicState:
    rows = [row for row in partitions if row.topic == name]
    speed = 0.0
    for row in rows:
        since = times.get(_sample(row))
        if since is not None and row.next_offset > row.first_offset:
            minutes = max((now - since).total_seconds(), 1) / 60
            speed += (row.next_offset - _sample(row)[2]) / minutes
    total = sum(row.next_offset for row in rows)
    return TopicState(name, TITLES[name], total, total - sum(row.first_offset for row in rows), speed)


def _group(
    name: str,
    partitions: Iterable[LogPartition],
    positions: Iterable[LogPosition],
    waiting: Mapping[tuple[str, str, int], Place],
    times: Mapping[Place, datetime],
    everyone: Mapping[str, Seen],
    letters: Mapping[str, int],
    now: datetime,
) -> GroupState:
    ends = {(row.topic, row.partition): row.next_offset for row in partitions}
    behind = {place: now - times[place] for key, place in waiting.items() if key[0] == name and place in times}
    own = [row for row in positions if row.group == name]
    told = everyone.get(name)
    saved = [row.saved_at for row in own if row.saved_at]
    return GroupState(
        name=name,
        title=GROUP_TITLES.get(name, name),
        lag=sum(ends[key[1:]] - place[2] for key, place in waiting.items() if key[0] == name),
        behind=max(behind.values(), default=None),
        passed=sum(row.applied for row in own),
        superseded=sum(row.superseded for row in own),
        set_aside=sum(row.set_aside for row in own),
        dead_letters=letters.get(name, 0),
        saved_at=max(saved, default=None),
        seen=told,
        blocks=sorted({place[0] for place, age in behind.items() if age > TOPICS[place[0]].keep}),
        is_silent=told is None or is_silent(told.at, now),
    )
