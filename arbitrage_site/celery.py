"""The Celery app and the beat schedule. Messages only say "go and look"; the work list is a table."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.transport import TRANSPORT_ALIASES

from arbitrage_site.jobs.worker import install

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arbitrage_site.settings")

TRANSPORT_ALIASES["files"] = "arbitrage_site.jobs.file_broker:Transport"  # CELERY_BROKER_URL without Redis
TRANSPORT_ALIASES |= dict.fromkeys(("redis", "rediss"), "arbitrage_site.jobs.redis_broker:Transport")
app = Celery("arbitrage")
app.config_from_object("arbitrage_site.jobs.broker:celery_settings")
app.autodiscover_tasks()
install(app)
app.steps["worker"].add(DjangoStructLogInitStep)


def _every(seconds: int, task: str) -> dict[str, object]:
    """A schedule entry; a message that waited longer than its interval is worthless and expires."""
    return {"task": task, "schedule": float(seconds), "options": {"expires": seconds}}


@setup_logging.connect
def keep_logging(**_signal: Any) -> None:
    """Our logging stays: a receiver keeps Celery from setting levels of its own, which silenced what polling says."""


@app.on_after_configure.connect
def set_schedule(sender: Celery, **_signal: Any) -> None:
    """The beat schedule. Read late, because the settings import this package."""
    sender.conf.beat_schedule = {
        "poll what is due": _every(settings.POLL_INTERVAL_SECONDS, "ingestion.poll_due"),
        "compute again": _every(900, "arbitrage.request_recompute"),
        "roll up": _every(300, "products.roll_up"),
        "fetch exchange rates": _every(6 * 3600, "arbitrage.fetch_fx_rates"),
        "tidy": _every(3600, "ingestion.housekeeping"),
        **({"sweep search": _every(3600, "products.sweep_search")} if settings.ELASTICSEARCH_URL else {}),
    }
