"""Celery doors of the arbitrage app."""

import structlog
from celery import shared_task

from arbitrage import recompute
from arbitrage_site.clock import now

log = structlog.get_logger(__name__)


@shared_task(name="arbitrage.request_recompute")
def request_recompute() -> None:
    """Have the detector look again at what is due. Asking twice costs work but changes nothing."""
    moment = now()
    count = recompute.request(recompute.due(moment), moment)
    log.info("recompute_requested", products=count)
