"""Values that are worth keeping for a while. Whoever asks gets an answer, whether the cache is there or not."""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
import redis
import structlog
from django.core.cache import cache
from django.db import Error as DatabaseError

from arbitrage_site import redis_client
from arbitrage_site.breaker import Breaker

log = structlog.get_logger(__name__)
T = TypeVar("T")

_breaker = Breaker()


class Plain:
    """Django's serializer for Redis, for the JSON that `remembered` stores: nothing that comes back is unpickled."""

    def dumps(self, value: bytes) -> bytes:
        return value

    def loads(self, value: bytes) -> bytes:
        return value


def remembered(key: str, seconds: int, compute: Callable[[], T], kind: Any) -> T:
    """What `compute` returned at most `seconds` ago under this key, as the msgspec type `kind`.

    A cache that is away or holds something else costs the time of computing, never the answer.
    """
    stored = _try(lambda: cache.get(key))
    if stored is not None:
        try:
            found: T = msgspec.json.decode(stored, type=kind)
        except (msgspec.DecodeError, TypeError):
            log.warning("cache_entry_unreadable", key=key)
        else:
            return found
    value = compute()
    encoded = msgspec.json.encode(value)
    _try(lambda: cache.set(key, encoded, seconds))
    return value


def _try(call: Callable[[], Any]) -> Any:
    """The call's answer; None while the cache is away."""
    if _breaker.is_open:
        return None
    try:
        return call()
    except redis.RedisError as error:
        _away(redis_client.sentence(error))
    except DatabaseError as error:
        _away(f"The cache's file did not answer: {error}.")
    return None


def _away(reason: str) -> None:
    _breaker.trip()
    log.warning("cache_away", reason=reason, again_in_seconds=_breaker.seconds)
