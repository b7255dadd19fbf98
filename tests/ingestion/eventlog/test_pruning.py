"""Records go when every declared group passed them and they are old enough, never before."""

from datetime import datetime, timedelta

import pytest
from django.db.models import QuerySet
from pytest_django.fixtures import Settings

from ingestion.eventlog import pruning
from ingestion.eventlog.pruning import Pruning, blocked, prune_all, prune_slice
from ingestion.eventlog.sql import Entry, SqlReader, append_entries
from ingestion.models import LogPartition, LogRecord, RelayPosition
from ingestion.topics import ALERT, ALERTS, DETECTOR, ENRICHED, ENRICHMENT, RAW, TOPICS, Topic
from tests.contracts.event_log import NOON, passed

pytestmark = pytest.mark.django_db
SLICE = 40
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same on every database."""
    monkeypatch.setattr(pruning, "SERVER_SLICE", SLICE)


def fill(topic: Topic, count: int, *, at: datetime = NOON) -> int:
    """Append under one key; returns the partition."""
    return append_entries(topic, [Entry("B000000001", b"{}", {})] * count, now=at)[0][0]


def read(group: str, topic: Topic, limit: int = 1000) -> None:
    reader = SqlReader(group, [topic], "a")
    reader.save(passed(reader.poll(limit, NOON)), NOON)


def kept(topic: Topic) -> list[int]:
    return list(LogRecord.objects.filter(topic=topic.name).order_by("offset").values_list("offset", flat=True))


def test_what_was_passed_and_is_old_goes_in_slices() -> None:
    partition = fill(RAW, 100)
    read(ENRICHMENT, RAW)
    later = NOON + DAY + timedelta(seconds=1)
    assert [prune_slice(RAW, partition, now=later) for _ in range(4)] == [SLICE, SLICE, 20, 0]
    assert kept(RAW) == []
    assert LogPartition.objects.get(topic=RAW.name, partition=partition).first_offset == 100


def test_what_is_young_stays() -> None:
    partition = fill(RAW, 5)
    fill(RAW, 5, at=NOON + timedelta(hours=2))
    read(ENRICHMENT, RAW)
    assert prune_slice(RAW, partition, now=NOON + DAY + timedelta(hours=1)) == 5
    assert kept(RAW) == [5, 6, 7, 8, 9]


def test_what_was_not_passed_stays_however_old() -> None:
    partition = fill(RAW, 10)
    assert prune_slice(RAW, partition, now=NOON + 99 * DAY) == 0
    read(ENRICHMENT, RAW, limit=4)
    assert prune_slice(RAW, partition, now=NOON + 99 * DAY) == 4
    assert kept(RAW) == [4, 5, 6, 7, 8, 9]


def test_every_group_has_to_pass_it() -> None:
    partition = fill(ENRICHED, 10)
    read(DETECTOR, ENRICHED)
    assert prune_slice(ENRICHED, partition, now=NOON + 99 * DAY) == 0
    read(ALERTS, ENRICHED, limit=3)
    assert prune_slice(ENRICHED, partition, now=NOON + 99 * DAY) == 3


def test_a_topic_that_nobody_reads_goes_by_age() -> None:
    assert ALERT.groups == ()
    partition = fill(ALERT, 10)
    assert prune_slice(ALERT, partition, now=NOON + 6 * DAY) == 0
    assert prune_slice(ALERT, partition, now=NOON + 8 * DAY) == 10


def test_nothing_goes_that_kafka_does_not_have(settings: Settings) -> None:
    settings.KAFKA = {"bootstrap.servers": "127.0.0.1:1"}
    partition = fill(ALERT, 10)
    assert prune_slice(ALERT, partition, now=NOON + 99 * DAY) == 0
    RelayPosition.objects.create(cluster="one", topic=ALERT.name, partition=partition, next_offset=4, saved_at=NOON)
    assert prune_slice(ALERT, partition, now=NOON + 99 * DAY) == 4


def test_two_that_prune_do_not_remove_past_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    partition = fill(ALERT, SLICE * 2)
    before = LogPartition.objects.get(topic=ALERT.name, partition=partition)
    prune_slice(ALERT, partition, now=NOON + 99 * DAY)
    monkeypatch.setattr(QuerySet, "first", lambda _: before)  # as the other has read it
    assert prune_slice(ALERT, partition, now=NOON + 99 * DAY) == 0
    assert kept(ALERT) == list(range(SLICE, SLICE * 2))


def test_all_that_may_go_goes_by_the_hour_unless_it_is_stopped() -> None:
    fill(ALERT, SLICE * 3)
    prune_all(NOON + 99 * DAY, lambda: True)
    assert len(kept(ALERT)) == SLICE * 3
    prune_all(NOON + 99 * DAY, lambda: False)
    assert kept(ALERT) == []


def test_pruning_works_through_all_partitions_and_rests() -> None:
    for topic in TOPICS.values():
        append_entries(topic, [Entry(f"B{n:09d}", b"{}", {}) for n in range(300)], now=NOON)
        for group in topic.groups:
            read(group, topic)
    prune = Pruning()
    later = NOON + 9 * DAY
    for minute in range(60):
        prune(later + timedelta(minutes=minute))
    assert not LogRecord.objects.exists()


def test_a_resting_pruning_asks_nothing(django_assert_num_queries: pytest.FixtureRequest) -> None:
    prune = Pruning()
    prune(NOON)
    with django_assert_num_queries(0):  # type: ignore[operator]  # pytest-django types its fixture as a request
        prune(NOON + timedelta(seconds=30))


def test_a_group_that_keeps_old_records_is_named() -> None:
    fill(ENRICHED, 10)
    read(DETECTOR, ENRICHED)
    [found] = blocked(now=NOON + 8 * DAY)
    assert (found.group, found.topic, found.records, found.oldest) == (ALERTS, ENRICHED.name, 10, NOON)
    assert blocked(now=NOON + 6 * DAY) == []
