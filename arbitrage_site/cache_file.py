"""The SQLite file of cache and counters, for installations without Redis. It may be deleted at any time.

Its tables are made by the connection itself, so no migration and no command has to come first.
"""

from pathlib import Path
from typing import Any

ALIAS = "cache"
TABLE = "cache_entries"

_PREPARE = f"""
PRAGMA journal_mode=WAL;
PRAGMA synchronous=OFF;
CREATE TABLE IF NOT EXISTS {TABLE}
  (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires datetime NOT NULL);
CREATE INDEX IF NOT EXISTS {TABLE}_expires ON {TABLE} (expires);
CREATE TABLE IF NOT EXISTS counters (name text PRIMARY KEY, n integer NOT NULL, ends_at real NOT NULL)
"""


def database(file: Path) -> dict[str, Any]:
    """Django's entry for the file. Whoever finds it locked gives up after half a second."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "CONN_MAX_AGE": None,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 0.5, "init_command": _PREPARE},
        "TEST": {"MIGRATE": False},
    }


class Router:
    """Django's database cache lives in the file, and nothing else does."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:  # noqa: ARG002 - Django's signature
        return ALIAS if model._meta.app_label == "django_cache" else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:  # noqa: ARG002 - Django's signature
        return False if db == ALIAS else None
