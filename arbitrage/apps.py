"""The Django app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ArbitrageConfig(AppConfig):
    name = "arbitrage"

    def ready(self) -> None:
        post_migrate.connect(_load_rates, sender=self, dispatch_uid="load the dated rates")


def _load_rates(*, verbosity: int = 1, using: str = "default", **_: Any) -> None:
    """After every migration the tables are as the repository's files say; a fresh installation has them."""
    from arbitrage.rate_files.install import after_migration  # models exist only once the apps are ready

    after_migration(using, verbosity)
