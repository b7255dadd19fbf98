"""Keeping SQLite's write-ahead log short, from a connection of its own that waits for nobody.

Readers that stay open would let the file grow without bound; a checkpoint that waits for them would lock writers out
(docs/decisions/0002-sqlite-settings.md).
"""

import sqlite3
from datetime import datetime, timedelta

from django.db import connection

EVERY = timedelta(seconds=2)
WAIT_SECONDS = 0.2


class Checkpoint:
    """Called as often as one likes: moves the write-ahead log into the file every two seconds. Nothing on Postgres."""

    def __init__(self) -> None:
        self._due: datetime | None = None
        self._connection: sqlite3.Connection | None = None
        if connection.vendor == "sqlite":
            name = str(connection.settings_dict["NAME"])
            self._connection = sqlite3.connect(name, timeout=WAIT_SECONDS, isolation_level=None, uri="mode=" in name)

    def __call__(self, now: datetime) -> None:
        if self._connection is None or (self._due is not None and now < self._due):
            return
        self._due = now + EVERY
        try:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.OperationalError:
            return  # somebody writes: the next one is two seconds away

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
