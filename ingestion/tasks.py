"""Celery doors of the ingestion app."""

import threading
import time
from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.db import Error as DatabaseError

from arbitrage_site.clock import now
from arbitrage_site.database import trouble
from arbitrage_site.jobs.worker import is_stopping
from arbitrage_site.models import BeatSlot, WorkerSeen
from ingestion import polling
from ingestion.errors import KeepaError
from ingestion.eventlog.pruning import prune_all
from ingestion.keepa import paid
from ingestion.models import PollRun
from products.checks import demo_rows_with_a_real_key
from products.configured import add_configured
from products.waking import wake_planner

log = structlog.get_logger(__name__)

_polling = threading.BoundedSemaphore(2)
"""Two rounds at once: while one waits for Keepa, the other stores what came. Leases keep them apart."""
_asked_again = threading.Event()
ROUND_SECONDS = 240
"""A round that lasted this long ends, and another message goes on with what is left: a task must end well before the
broker takes its worker for dead and gives the message to another (`broker.VISIBILITY_TIMEOUT`)."""
KEEP_RUNS = timedelta(days=7)
PRUNING_SECONDS = 30


@shared_task(name="ingestion.poll_due")
def poll_due() -> None:
    """Poll what is due. A message that finds enough rounds under way makes one of them go round once more."""
    _asked_again.set()
    while _asked_again.is_set() and _polling.acquire(blocking=False):
        try:
            _asked_again.clear()
            _poll_once()
        finally:
            _polling.release()


def _poll_once() -> None:
    started = time.monotonic()
    try:
        outcome = _round()
    except KeepaError as error:
        log.warning("polling_stopped", reason=str(error))
        return
    except DatabaseError as error:
        found = trouble(error)
        if found is None:
            raise
        log.warning("polling_stopped", reason=str(found))
        return
    if outcome and outcome.requests:
        log.info(
            "polled",
            listings=outcome.listings,
            requests=outcome.requests,
            failed=len(outcome.errors),
            tokens=outcome.tokens,
            milliseconds=int((time.monotonic() - started) * 1000),
        )


def _round() -> polling.Outcome | None:
    """None where polling is off."""
    add_configured(now())
    if not settings.KEEPA_API_KEY:
        return None
    if refusal := demo_rows_with_a_real_key():
        log.error("polling_refused", reason=refusal)
        return None
    ends_at = time.monotonic() + ROUND_SECONDS
    with paid.from_settings() as client:
        outcome = polling.poll_due(client, stop=lambda: is_stopping() or time.monotonic() > ends_at)
    if time.monotonic() > ends_at:
        wake_planner()
    return outcome


@shared_task(name="ingestion.housekeeping")
def housekeeping() -> None:
    """Remove poll runs, beat slots and workers that no page shows any more, and records of the log that may go."""
    moment = now()
    PollRun.objects.filter(started_at__lt=moment - KEEP_RUNS).delete()
    BeatSlot.objects.filter(fired_at__lt=moment - timedelta(days=2)).delete()
    WorkerSeen.objects.filter(seen_at__lt=moment - timedelta(days=1)).delete()
    ends_at = time.monotonic() + PRUNING_SECONDS
    prune_all(moment, lambda: is_stopping() or time.monotonic() > ends_at)
