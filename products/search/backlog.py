"""How far the search index is behind the rows, for the pipeline page and for metrics."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from products.models import SearchDirty


@dataclass(frozen=True, slots=True)
class Backlog:
    """Documents that have to be written, how long the oldest waits, and those that Elasticsearch refuses."""

    waiting: int
    behind: timedelta | None
    parked: int


def backlog(now: datetime) -> Backlog:
    """One query over what is marked."""
    waits = Q(is_parked=False)
    found = SearchDirty.objects.aggregate(
        waiting=Count("pk", filter=waits), parked=Count("pk", filter=~waits), since=Min("since", filter=waits)
    )
    return Backlog(found["waiting"], now - found["since"] if found["since"] else None, found["parked"])


def facts(now: datetime) -> Iterator[Metric]:
    """See `backlog`."""
    found = backlog(now)
    family = GaugeMetricFamily("arbitrage_search_dirty", "Documents not in the index yet.", labels=["state"])
    family.add_metric(["waiting"], found.waiting)
    family.add_metric(["parked"], found.parked)
    yield family
    yield GaugeMetricFamily(
        "arbitrage_search_behind_seconds",
        "Age of the oldest change that is not in the index.",
        value=found.behind.total_seconds() if found.behind else 0,
    )
