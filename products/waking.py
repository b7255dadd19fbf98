"""Waking the planner, which lives a layer above."""

import structlog
from celery import current_app
from kombu.exceptions import OperationalError

from arbitrage_site.breaker import Breaker

log = structlog.get_logger(__name__)

POLL_TASK = "ingestion.poll_due"

_breaker = Breaker()


def wake_planner() -> None:
    """Send the planner a message, if the broker takes one within seconds; else its next tick finds the work."""
    if _breaker.is_open:
        return
    try:
        current_app.send_task(POLL_TASK, retry=False)
    except (OperationalError, OSError) as error:
        _breaker.trip()
        log.warning("planner_not_woken", reason=type(error).__name__, again_in_seconds=_breaker.seconds)
