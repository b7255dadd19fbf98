"""What is counted while processes run, and the text that Prometheus scrapes.

Counters and histograms go through files in `settings.METRICS_DIR`, so that web, worker and consumers add up in one
scrape. Facts (lag, tokens, open opportunities) are read from tables at scrape by the functions in
`settings.METRIC_FACTS`. Labels come from closed sets only, never an ASIN, an address or a user.
Every counter has a label on purpose: one without would make a file in each process that imports this module.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.conf import settings
from django.utils.module_loading import import_string
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from arbitrage_site import metric_files

Endpoint = Literal["token", "product", "bestsellers", "search", "category"]
KeepaOutcome = Literal["ok", "rejected", "key_refused", "out_of_tokens", "unavailable"]
PollOutcome = Literal["ok", "missing", "failed"]
RecordOutcome = Literal["applied", "superseded", "set_aside", "retried", "fenced", "repeated"]
DocumentOutcome = Literal["written", "stale", "retried", "parked"]
LetterKind = Literal["decode", "schema", "constraint", "policy"]
LimitName = Literal["api", "stranger", "sign_in", "sign_in_address"]
Facts = Callable[[datetime], Iterable[Metric]]

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_keepa_requests = Counter("arbitrage_keepa_requests", "Requests sent to Keepa.", ["endpoint", "outcome"])
_keepa_seconds = Histogram(
    "arbitrage_keepa_request_seconds", "Time until Keepa answered.", ["endpoint"], buckets=_SECONDS
)
_polled = Counter("arbitrage_poll_products", "Listings asked from Keepa.", ["marketplace", "outcome"])
_records = Counter("arbitrage_records", "Records of the event log handled by a group.", ["group", "outcome"])
_documents = Counter("arbitrage_search_documents", "Documents sent to the search index.", ["outcome"])
_dead_letters = Counter("arbitrage_dead_letters", "Records set aside.", ["stage", "reason"])
_limited = Counter("arbitrage_limited", "Requests refused because they came too often.", ["limit"])
_stage_seconds = Histogram(
    "arbitrage_pipeline_stage_seconds", "Time of one batch of a stage.", ["stage"], buckets=_SECONDS
)


def keepa_request(endpoint: Endpoint, outcome: KeepaOutcome, seconds: float) -> None:
    """One request to Keepa ended so, after `seconds`."""
    _keepa_requests.labels(endpoint, outcome).inc()
    _keepa_seconds.labels(endpoint).observe(seconds)


def polled(marketplace: str, outcome: PollOutcome, n: int) -> None:
    """`n` listings of a marketplace were asked: answered, absent from the answer, or the request failed."""
    if n > 0:
        _polled.labels(marketplace, outcome).inc(n)


def records(group: str, outcome: RecordOutcome, n: int) -> None:
    """`n` records were handled by a group that `ingestion.topics` declares."""
    if n:
        _records.labels(group, outcome).inc(n)


def documents(outcome: DocumentOutcome, n: int) -> None:
    """`n` documents were sent to the search index; stale ones it had already, in this version or a newer one."""
    if n:
        _documents.labels(outcome).inc(n)


def dead_letter(stage: str, reason: LetterKind) -> None:
    """A record was set aside by the group `stage`."""
    _dead_letters.labels(stage, reason).inc()


def limited(limit: LimitName) -> None:
    """A request was refused because its visitor sent too many."""
    _limited.labels(limit).inc()


def stage_seconds(stage: str, seconds: float) -> None:
    """One batch of a stage ("poll" or a group's name) took `seconds`."""
    _stage_seconds.labels(stage).observe(seconds)


@dataclass(frozen=True, slots=True)
class _Facts:
    """Asks every function in `settings.METRIC_FACTS`, and says which version answers."""

    now: datetime

    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("arbitrage_build_info", "The version that runs.", labels=["version"])
        build.add_metric([settings.VERSION], 1)
        yield build
        for path in settings.METRIC_FACTS:
            facts: Facts = import_string(path)
            yield from facts(self.now)


def exposition(now: datetime) -> bytes:
    """Everything in Prometheus' text format 0.0.4."""
    registry = CollectorRegistry()
    registry.register(metric_files.Counted())
    registry.register(_Facts(now))
    return generate_latest(registry)
