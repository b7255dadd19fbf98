"""Celery doors of the products app."""

import structlog
from celery import shared_task
from django.conf import settings

from arbitrage_site.clock import now
from products import rollups
from products.models import Product

log = structlog.get_logger(__name__)

LEAST_SAMPLE = 1000
SAMPLED_OF = 100


@shared_task(name="products.roll_up")
def roll_up() -> None:
    """Bring the roll-ups up to date. A second message finds nothing left to do."""
    rollups.roll_up(now())


@shared_task(name="products.sweep_search")
def sweep_search() -> None:
    """Compare one search document in a hundred with its row and put right what differs. Twice does no harm."""
    if not settings.ELASTICSEARCH_URL:
        return
    from products.search import rebuild, sweep  # the embedded mode does without the client
    from products.search.elastic.client import FAILURES, sentence

    sweep.tidy_tombstones(now())
    try:
        rebuild.tidy()
        swept = sweep.sweep(sample=max(LEAST_SAMPLE, Product.objects.count() // SAMPLED_OF))
    except FAILURES as error:
        log.warning("search was not swept", reason=sentence(error))
        return
    (log.warning if swept.kinds else log.info)("search swept", seen=str(swept))
