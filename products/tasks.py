"""Celery doors of the products app."""

from celery import shared_task

from arbitrage_site.clock import now
from products import rollups


@shared_task(name="products.roll_up")
def roll_up() -> None:
    """Bring the roll-ups up to date. A second message finds nothing left to do."""
    rollups.roll_up(now())
