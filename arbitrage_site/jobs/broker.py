"""Celery's settings with each broker: Redis where REDIS_URL names one, else files in VAR_DIR."""

import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from arbitrage_site import engines

PREFIX = "CELERY_"
QUEUES: tuple[str, ...] = ("poll", "default", "slow")
EMBEDDED_QUEUES: tuple[str, ...] = ("celery",)

ROUTES: Mapping[str, Mapping[str, str]] = {
    "ingestion.poll_due": {"queue": "poll"},
    "arbitrage.request_recompute": {"queue": "slow"},
    "products.roll_up": {"queue": "slow"},
    "products.sweep_search": {"queue": "slow"},
}
"""What is not named here goes to "default"."""

SOFT_LIMIT = 540
HARD_LIMIT = 600
VISIBILITY_TIMEOUT = 900
"""Seconds until Redis gives an unacknowledged message to another worker: longer than any task may run."""
SOFT_SHUTDOWN = 20
"""Seconds that running tasks get after SIGQUIT; what is not finished then goes back into its queue."""


def on_files(queues: Path, control: Path) -> dict[str, Any]:
    """Transport options of the file system broker (docs/decisions/0003-celery-on-files.md)."""
    return {
        "data_folder_in": str(queues),
        "data_folder_out": str(queues),
        "control_folder": str(control),
        "polling_interval": 0.2,
    }


def on_redis() -> dict[str, Any]:
    """Transport options of Redis (docs/celery.md says why)."""
    return {
        "visibility_timeout": VISIBILITY_TIMEOUT,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 1.0,
        "socket_timeout": 2.0,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "retry_on_timeout": False,
        "max_retries": 1,  # of a publisher that finds nobody; workers and beat go on trying
        "interval_start": 0.2,
    }


def tls(url: str, ca_file: str) -> dict[str, Any] | None:
    """What Celery needs beside a rediss:// address: the certificate is always checked."""
    if not url.startswith("rediss:"):
        return None
    return {"ssl_cert_reqs": ssl.CERT_REQUIRED, **engines.redis_certificates(url, ca_file)}


class CelerySettings(Mapping[str, Any]):
    """The Django settings that begin with CELERY_, under Celery's own names, read when Celery asks.

    Celery shows all it was configured with to whoever inspects a worker, Flower's pages among them. Addresses and
    keys of other services are not in this, and it masks the broker's password only under the name "broker_url".
    """

    def __getitem__(self, name: str) -> Any:
        if name not in self._names():
            raise KeyError(name)
        return getattr(settings, PREFIX + name.upper())

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())

    def _names(self) -> list[str]:
        return [name.removeprefix(PREFIX).lower() for name in dir(settings) if name.startswith(PREFIX)]


celery_settings = CelerySettings()
