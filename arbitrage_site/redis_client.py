"""Redis as this project speaks to it: short waits, a sentence per error, and never its password."""

from functools import cache

import redis
from django.conf import settings

from arbitrage_site import engines

_TLS = "Perhaps Redis and REDIS_URL disagree about TLS: rediss:// needs it, redis:// must not have it."
_SENTENCES: tuple[tuple[type[redis.RedisError], str], ...] = (
    (redis.AuthenticationError, "Redis refuses the password; correct it in REDIS_URL."),
    (redis.exceptions.NoPermissionError, "Redis does not let this user do that; give it all commands on all keys."),
    (redis.BusyLoadingError, "Redis is still loading its data."),
    (redis.ReadOnlyError, "Redis is a replica that takes no writes; name the primary in REDIS_URL."),
    (redis.OutOfMemoryError, "Redis is full; give it more memory."),
    (redis.TimeoutError, "Redis did not answer in time."),
    (redis.ConnectionError, "Redis is not reachable at the host and port of REDIS_URL."),
)


@cache
def client() -> redis.Redis:
    """The client of this process."""
    return connect()


def connect() -> redis.Redis:
    """A client of its own, which gives up after half a second and tries nothing twice."""
    url = settings.REDIS_URL
    certificates = engines.redis_certificates(url, settings.REDIS_CA_FILE)
    new: redis.Redis = redis.Redis.from_url(url, **engines.REDIS_TIMEOUTS, **certificates, retry=None)
    return new


def sentence(error: redis.RedisError) -> str:
    """What an error of redis-py means, without address, name or password."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return "The certificate of Redis is not signed by one that is trusted; name its signer in REDIS_CA_FILE."
    if any(sign in str(error) for sign in ("SSL", "closed by server", "reset by peer")):
        return _TLS
    if "NOAUTH" in str(error) or "WRONGPASS" in str(error):
        return "Redis refuses the password; correct it in REDIS_URL."
    if isinstance(error, redis.exceptions.InvalidResponse):
        return "What answers is not Redis; correct host and port in REDIS_URL."
    if "DB index is out of range" in str(error):
        return "Redis has no database of the number in REDIS_URL; take a smaller one, or raise its setting databases."
    if isinstance(error, redis.TimeoutError) and settings.REDIS_URL.startswith("rediss:"):
        return f"Redis did not answer in time. {_TLS}"
    for kind, words in _SENTENCES:
        if isinstance(error, kind):
            return words
    return f"Redis failed: {type(error).__name__}."
