"""The app of the project itself: its system checks, and the request id in answers and lines."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "arbitrage_site"

    def ready(self) -> None:
        from arbitrage_site import checks, postgres, redis_checks, request_ids  # noqa: F401 - importing them registers checks and receivers

        postgres.install()
