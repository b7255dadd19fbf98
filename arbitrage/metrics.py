"""Facts about flips at scrape: what is open, the best of it, alerts raised, and the age of the exchange rates."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from django.db.models import Count, Max
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from arbitrage.models import Alert, FxRate, Opportunity
from products.marketplaces import PAIRS


def facts(now: datetime) -> Iterator[Metric]:
    """Four queries; opportunities are those of the default profile."""
    open_now = Opportunity.objects.filter(state=Opportunity.State.OPEN, profile__is_default=True)
    counts = {(s, t): n for s, t, n in open_now.values_list("source", "target").annotate(n=Count("pk")).order_by()}
    family = GaugeMetricFamily(
        "arbitrage_opportunities_open", "Open opportunities of a route.", labels=["source", "target"]
    )
    for source, target in PAIRS:
        family.add_metric([source, target], counts.get((source, target), 0))
    yield family
    best = open_now.aggregate(best=Max("net_eur"))["best"]
    yield GaugeMetricFamily(
        "arbitrage_opportunity_best_net_eur", "Best net profit that is open, in euro.", value=(best or 0) / 100
    )
    yield _alerts()
    yield from _rates(now)


def _alerts() -> Metric:
    family = CounterMetricFamily(
        "arbitrage_alerts", "Alerts by what raised them.", labels=["rule_kind", "channel", "outcome"]
    )
    family.add_metric(["opportunity", "inbox", "stored"], Alert.objects.count())
    return family


def _rates(now: datetime) -> Iterator[Metric]:
    newest = FxRate.objects.aggregate(day=Max("day"))["day"]
    if newest is not None:
        age = now - datetime.combine(newest, time(), UTC)
        yield GaugeMetricFamily("arbitrage_fx_rate_age_seconds", "Age of the newest rates.", value=age.total_seconds())
