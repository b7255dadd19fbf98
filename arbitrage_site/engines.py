"""What the variables of the four services mean: each one absent is the embedded default, each present a server.

`DATABASE_URL`, `REDIS_URL`, `KAFKA_BOOTSTRAP_SERVERS` and `ELASTICSEARCH_URL` move the same installation onto
PostgreSQL, Redis, Kafka and Elasticsearch. Nothing here connects; `manage.py check --deploy --tag services` does.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ

from arbitrage_site import cache_file

COMBINATIONS: Mapping[frozenset[str], str] = {
    frozenset(): "all embedded",
    frozenset({"DATABASE_URL"}): "PostgreSQL only",
    frozenset({"DATABASE_URL", "REDIS_URL"}): "PostgreSQL and Redis",
    frozenset({"DATABASE_URL", "REDIS_URL", "KAFKA_BOOTSTRAP_SERVERS", "ELASTICSEARCH_URL"}): "all on",
}
"""The combinations that the tests run; `checks` warns about any other."""

# SQLite with several processes: docs/decisions/0002-sqlite-settings.md has the reasons and what was measured.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864;"
        "PRAGMA cache_size=-32000; PRAGMA mmap_size=16777216; PRAGMA temp_store=MEMORY"
    ),
}

REDIS_TIMEOUTS: Mapping[str, float] = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}
"""Seconds. Pages wait for Redis no longer than this, and nothing on them depends on it."""


def database(url: str, *, file: Path) -> dict[str, Any]:
    """Django's entry for the database: PostgreSQL at `url`, or the SQLite file without one."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": file,
            "OPTIONS": SQLITE_OPTIONS,
            "ATOMIC_REQUESTS": False,
            "CONN_MAX_AGE": None,
        }
    if urlsplit(url).scheme not in {"postgres", "postgresql"}:
        raise SystemExit("DATABASE_URL must begin with postgresql://; leave it out to use SQLite.")
    entry: dict[str, Any] = dict(environ.Env.db_url_config(url))
    return {
        **entry,
        "ENGINE": "django.db.backends.postgresql",
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": 0,  # the pool keeps connections
        "CONN_HEALTH_CHECKS": True,  # and gives out none that died with a server that was restarted
        "OPTIONS": {
            **entry.get("OPTIONS", {}),
            "connect_timeout": 5,
            "options": "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
            "pool": {"min_size": 0, "max_size": 10, "timeout": 5},
        },
    }


def cache(url: str, *, ca_file: str) -> dict[str, Any]:
    """Django's entry for the cache: Redis at `url`, or the file that `cache_file` describes."""
    if not url:
        return {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": cache_file.TABLE}
    if urlsplit(url).scheme not in {"redis", "rediss"}:
        raise SystemExit("REDIS_URL must begin with redis:// or rediss://; leave it out to use files.")
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": [url],  # a list, because a comma may stand in the password
        "KEY_PREFIX": "arbitrage:cache",
        "OPTIONS": {
            "serializer": "arbitrage_site.cached.Plain",
            "retry": None,
            **REDIS_TIMEOUTS,
            **redis_certificates(url, ca_file),
        },
    }


def redis_certificates(url: str, ca_file: str) -> dict[str, str]:
    """What redis-py needs beside a rediss:// address; nothing where the system's certificates will do."""
    return {"ssl_ca_certs": ca_file} if ca_file and url.startswith("rediss:") else {}


def kafka(read: Mapping[str, str]) -> dict[str, str | int]:
    """librdkafka's connection settings, which every client of the broker begins with; empty without a broker."""
    if not read["KAFKA_BOOTSTRAP_SERVERS"]:
        return {}
    named = {
        "bootstrap.servers": read["KAFKA_BOOTSTRAP_SERVERS"],
        "security.protocol": read["KAFKA_SECURITY_PROTOCOL"],
        "sasl.mechanism": read["KAFKA_SASL_MECHANISM"],
        "sasl.username": read["KAFKA_USERNAME"],
        "sasl.password": read["KAFKA_PASSWORD"],
        "ssl.ca.location": read["KAFKA_CA_FILE"],
    }
    return {name: value for name, value in named.items() if value}


def password_of(url: str) -> str:
    """The password in an address, which lines of the log must not show; empty where there is none."""
    return urlsplit(url).password or ""


def nearest(chosen: frozenset[str]) -> str:
    """Of the tested combinations, the one that differs least from what was chosen."""
    return COMBINATIONS[min(COMBINATIONS, key=lambda tested: len(tested ^ chosen))]
