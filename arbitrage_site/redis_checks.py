"""Checks that ask Redis itself, when a process starts: is it there, is it new enough, does it keep what it is given?"""

from collections.abc import Iterator, Sequence
from typing import Any

import redis
from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from arbitrage_site import redis_client
from arbitrage_site.health import Finding

LEAST = 7


@register("services", deploy=True)
def check_redis(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Nothing without REDIS_URL."""
    if not settings.REDIS_URL:
        return []
    try:
        with redis_client.connect() as client:
            return list(_judged(client))
    except redis.RedisError as error:
        return [Error(redis_client.sentence(error), id="site.E020")]


def _judged(client: redis.Redis) -> Iterator[CheckMessage]:
    about: dict[str, Any] = dict(client.info())
    version = str(about["redis_version"])
    if int(version.partition(".")[0]) < LEAST:
        yield Error(f"Redis is {version}; version {LEAST} or newer is needed.", id="site.E021")
    policy = about.get("maxmemory_policy", "noeviction")
    if about.get("maxmemory") and policy != "noeviction":
        yield checks.Warning(
            f"Redis evicts keys when it is full ({policy}), messages of Celery among them; set maxmemory-policy"
            " noeviction. Every key of the cache and of limits has a lifetime.",
            id="site.W020",
        )
    if not about.get("aof_enabled"):
        yield checks.Warning(
            "Redis keeps no append-only file: killed, it forgets the messages that wait, and their jobs run one tick"
            " later. Set appendonly yes.",
            id="site.W021",
        )


def probe(now: Any) -> Finding:  # noqa: ARG001 - every probe is given the time
    """The health probe: whether Redis answers. Pages do without it."""
    try:
        with redis_client.connect() as client:
            client.ping()
    except redis.RedisError as error:
        return Finding("degraded", f"{redis_client.sentence(error)} Limits are not counted; jobs wait.")
    return Finding("ok")
