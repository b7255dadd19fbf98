"""What the scripts that need a database share: one of their own beside the one that DATABASE_URL names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from benchmarks.setting import install


@contextmanager
def own_database(*prefixes: str) -> Iterator[None]:
    """Migrated, empty, and gone at the end.

    `prefixes` are variables that are given its name, for what a script puts elsewhere; without any the other services
    are left out.
    """
    import psycopg

    name, given = f"bench_{uuid4().hex[:8]}", os.environ["DATABASE_URL"]
    others = dict.fromkeys(("REDIS_URL", "KAFKA_BOOTSTRAP_SERVERS", "ELASTICSEARCH_URL"), "")
    os.environ |= dict.fromkeys(prefixes, f"{name}-") if prefixes else others
    os.environ["DATABASE_URL"] = f"{given.rpartition('/')[0]}/{name}"
    with psycopg.connect(given, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            install()
            yield
        finally:
            _disconnect()
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _disconnect() -> None:
    from django.db import connection

    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's, which has a pool
