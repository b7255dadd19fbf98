"""Facts of the pipeline at scrape: lag, tokens, dead letters, and when each stage last got on."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Max
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from ingestion import shipped
from ingestion.keepa.bucket import row_of
from ingestion.models import DeadLetter, LogPartition, LogPosition, PollRun
from ingestion.runner import states
from ingestion.topics import TOPICS


def facts(now: datetime) -> Iterator[Metric]:
    """Seven queries, whatever the size of the log; two more with Kafka."""
    yield _tokens()
    yield _lag()
    yield _last_success()
    yield _stopped(now)
    yield _dead_letters()
    if settings.KAFKA:
        yield _relay()


def _tokens() -> Metric:
    family = GaugeMetricFamily("arbitrage_keepa_tokens_left", "Keepa's tokens as last told.")
    bucket = row_of(settings.KEEPA_API_KEY)
    if bucket is not None:
        family.add_metric([], bucket.balance)
    return family


def _lag() -> Metric:
    family = GaugeMetricFamily(
        "arbitrage_consumer_lag", "Records a group has not passed yet.", labels=["group", "topic", "partition"]
    )
    positions = {
        (row.group, row.topic, row.partition): row.next_offset
        for row in LogPosition.objects.only("group", "topic", "partition", "next_offset")
    }
    for row in LogPartition.objects.filter(topic__in=TOPICS).order_by("topic", "partition"):
        for group in TOPICS[row.topic].groups:
            passed = max(positions.get((group, row.topic, row.partition), 0), row.first_offset)
            family.add_metric([group, row.topic, str(row.partition)], max(row.next_offset - passed, 0))
    return family


def _last_success() -> Metric:
    family = GaugeMetricFamily(
        "arbitrage_pipeline_last_success_timestamp_seconds", "When a stage last finished a batch.", labels=["stage"]
    )
    polled = PollRun.objects.filter(outcome="ok").aggregate(last=Max("started_at"))["last"]
    if polled is not None:
        family.add_metric(["poll"], polled.timestamp())
    for group, saved_at in LogPosition.objects.values_list("group").annotate(last=Max("saved_at")).order_by("group"):
        if saved_at is not None:
            family.add_metric([group], saved_at.timestamp())
    return family


def _stopped(now: datetime) -> Metric:
    family = GaugeMetricFamily(
        "arbitrage_consumer_stopped", "1 while a member of the group stands still.", labels=["group"]
    )
    for group, seen in states.seen(now).items():
        family.add_metric([group], int(seen.stopped > 0))
    return family


def _dead_letters() -> Metric:
    family = GaugeMetricFamily(
        "arbitrage_dead_letters_waiting", "Records set aside and not yet dealt with.", labels=["stage", "reason"]
    )
    waiting = DeadLetter.objects.filter(state=DeadLetter.State.OPEN)
    counts = waiting.values_list("group", "kind").annotate(n=Count("pk")).order_by("group", "kind")
    for group, kind, n in counts:
        family.add_metric([group, kind], n)
    return family


def _relay() -> Metric:
    family = GaugeMetricFamily("arbitrage_relay_lag", "Records that Kafka does not have yet.", labels=["topic"])
    for topic, waiting in shipped.lag().items():
        family.add_metric([topic], waiting)
    return family
