"""Counters in Redis, shared by every machine of an installation."""

import redis

from arbitrage_site import redis_client
from arbitrage_site.limits.base import CountersAway

PREFIX = "arbitrage:limit:"


class RedisCounters:
    """One round trip per count. The key is made with its lifetime, so that no moment leaves one behind without."""

    def add(self, key: str, seconds: int) -> tuple[int, int]:
        name = PREFIX + key
        try:
            with redis_client.client().pipeline(transaction=True) as commands:
                commands.set(name, 0, ex=seconds, nx=True)
                commands.incr(name)
                commands.ttl(name)
                _, n, left = commands.execute()
        except redis.RedisError as error:
            raise CountersAway(redis_client.sentence(error)) from error
        return int(n), min(seconds, max(1, int(left)))

    def forget(self, key: str) -> None:
        try:
            redis_client.client().delete(PREFIX + key)
        except redis.RedisError as error:
            raise CountersAway(redis_client.sentence(error)) from error
