"""The project: settings, routes, Celery, and what every app may use (clock, HTTP client, metrics, health)."""

from arbitrage_site.celery import app as celery_app

__all__ = ["celery_app"]
