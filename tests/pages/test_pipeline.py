"""The pipeline page: lag, speed, stopped consumers, tokens, dead letters."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ingestion.keepa.bucket import digest_of
from ingestion.models import (
    ConsumerState,
    DeadLetter,
    LogPartition,
    LogPosition,
    LogRecord,
    PollRun,
    TokenBucket,
    TokenUse,
    UiLatency,
)
from ingestion.pipeline_page import latency
from ingestion.stages import GroupState, log_state
from ingestion.topics import ENRICHMENT, RAW
from tests.factories import NOON


def records(count: int, *, passed: int, every: timedelta = timedelta(seconds=6)) -> None:
    """Raw records in one partition, the last one just now, of which the enrichment has passed some."""
    LogPartition.objects.create(topic=RAW.name, partition=3, next_offset=count)
    LogPosition.objects.create(group=ENRICHMENT, topic=RAW.name, partition=3, next_offset=passed, applied=passed)
    LogRecord.objects.bulk_create(
        LogRecord(
            topic=RAW.name, partition=3, offset=n, key="B0TEST0001", value=b"", timestamp=NOON - (count - n) * every
        )
        for n in range(count)
    )


def enrichment() -> GroupState:
    return next(group for group in log_state(NOON).groups if group.name == ENRICHMENT)


@pytest.mark.django_db
def test_lag_is_what_a_group_has_not_passed() -> None:
    records(10, passed=7)

    assert (enrichment().lag, enrichment().behind) == (3, timedelta(seconds=18))


@pytest.mark.django_db
def test_removed_records_are_no_lag() -> None:
    LogPartition.objects.create(topic=RAW.name, partition=0, next_offset=10, first_offset=10)

    assert enrichment().lag == 0


@pytest.mark.django_db
def test_speed_is_measured_over_the_newest_records() -> None:
    records(100, passed=100)

    assert log_state(NOON).topics[0].per_minute == pytest.approx(10)


@pytest.mark.django_db
def test_a_group_that_keeps_old_records_is_named() -> None:
    records(3, passed=0, every=timedelta(hours=20))

    assert enrichment().blocks == [RAW.name]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seen", "reason", "word"),
    [(5, "", "up to date"), (90, "", "silent"), (5, "Too many bad records.", "stopped")],
)
def test_a_group_has_one_word(seen: int, reason: str, word: str) -> None:
    ConsumerState.objects.create(group=ENRICHMENT, seen_at=NOON - timedelta(seconds=seen), stopped_because=reason)

    assert enrichment().word == word


def test_a_stopped_consumer_says_why_on_top(signed_in: Client) -> None:
    ConsumerState.objects.create(
        group=ENRICHMENT, seen_at=NOON, stopped_because="50 bad records <b>in a row</b>.", stopped_at=NOON
    )

    page = signed_in.get("/pipeline/").content.decode()

    assert "enrichment-consumer stands still" in page
    assert "50 bad records &lt;b&gt;in a row" in page


def test_dead_letters_show_their_reason_until_they_are_decided(signed_in: Client) -> None:
    place = {"group": ENRICHMENT, "topic": RAW.name, "partition": 1, "epoch": 1, "value": b"{}", "timestamp": NOON}
    for offset, state in ((1, "open"), (2, "dropped")):
        DeadLetter.objects.create(
            **place, offset=offset, key=f"KEY{offset}", kind="schema", reason="no asin", failed_at=NOON, state=state
        )

    page = signed_in.get("/pipeline/").content.decode()

    assert "does not fit the contract: no asin" in page
    assert "KEY2" not in page


def test_tokens_and_requests(signed_in: Client) -> None:
    TokenBucket.objects.create(key_digest=digest_of("k" * 64), balance=1430, refill_rate=20, updated_at=NOON)
    TokenUse.objects.create(day=NOON.date(), tokens=700, requests=7)
    TokenUse.objects.create(day=NOON.date() - timedelta(days=3), tokens=300, requests=3)
    PollRun.objects.create(started_at=NOON, marketplace="DE", listings=100, tokens=100, milliseconds=1900, outcome="ok")

    page = signed_in.get("/pipeline/").content.decode()

    for shown in ("<b>1\u202f430</b>", "<dd>700</dd>", "<dd>1\u202f000</dd>", "20 a minute", "1.9 s"):
        assert shown in page


@pytest.mark.django_db
def test_ninety_five_of_a_hundred_are_within_the_shown_time() -> None:
    UiLatency.objects.bulk_create(UiLatency(milliseconds=n, measured_at=NOON) for n in range(1, 101))

    shown = latency()

    assert (shown.count, shown.median, shown.p95) == (100, 51, 96)


def test_an_empty_pipeline_is_answered(signed_in: Client) -> None:
    page = signed_in.get("/pipeline/").content.decode()

    assert "Nothing was set aside." in page
    assert "Keepa was not asked yet." in page


def test_the_page_takes_at_most_seventeen_queries(signed_in: Client) -> None:
    records(50, passed=10)

    with CaptureQueriesContext(connection) as queries:
        signed_in.get("/pipeline/")

    assert len(queries) <= 18
