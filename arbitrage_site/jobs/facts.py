"""Facts of Celery at scrape: what waits, who works, when beat fired last."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from arbitrage_site.jobs import work


def facts(now: datetime) -> Iterator[Metric]:
    """Two queries and one question to the broker."""
    state = work.state(now)
    waiting = GaugeMetricFamily("arbitrage_queue_waiting", "Messages that no worker has taken yet.", labels=["queue"])
    workers = GaugeMetricFamily("arbitrage_queue_workers", "Workers that take from a queue.", labels=["queue"])
    for queue in state.queues:
        workers.add_metric([queue.name], queue.workers)
        if queue.waiting is not None:
            waiting.add_metric([queue.name], queue.waiting)
    fired = GaugeMetricFamily("arbitrage_beat_last_firing_timestamp_seconds", "When beat fired last.")
    if state.fired_at is not None:
        fired.add_metric([], state.fired_at.timestamp())
    yield from (waiting, workers, fired)
