"""Celery doors of the arbitrage app."""

import structlog
from celery import shared_task

from arbitrage import fx
from arbitrage.detection import recompute
from arbitrage_site.clock import now

log = structlog.get_logger(__name__)


@shared_task(name="arbitrage.request_recompute")
def request_recompute() -> None:
    """Have the detector look again at what is due. Asking twice costs work but changes nothing."""
    moment = now()
    count = recompute.request_all(moment) or recompute.request(recompute.due(moment), moment)
    log.info("recompute_requested", products=count)


@shared_task(name="arbitrage.fetch_fx_rates")
def fetch_fx_rates() -> None:
    """Bring in the newest exchange rates; without them the stored ones go on, and their age is shown."""
    try:
        changed = fx.fetch(now())
    except fx.FxUnavailable as error:
        log.warning("fx_not_fetched", reason=str(error))
        return
    log.info("fx_fetched", days=sorted({str(row.day) for row in changed}))
