"""Limits: so many in so many seconds for one visitor. Where counters are away everything is let through."""

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from arbitrage_site import metrics
from arbitrage_site.breaker import Breaker
from arbitrage_site.limits.base import Counters, CountersAway

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` in `seconds`, which begin with a visitor's first."""

    name: metrics.LimitName
    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Spent:
    """What is left of a limit; `wait` is 0, or the seconds until something is let through again."""

    limit: Limit
    left: int
    resets_in: int
    wait: int


_breaker = Breaker()


def spend(limit: Limit, who: str) -> Spent | None:
    """Count one for `who` and say what is left; None while the counters are away."""
    if _breaker.is_open:
        return None
    try:
        n, resets_in = _counters(settings.LIMIT_COUNTERS).add(_key(limit, who), limit.seconds)
    except CountersAway as error:
        _away(error)
        return None
    is_over = n > limit.most
    if is_over:
        metrics.limited(limit.name)
    return Spent(limit, max(0, limit.most - n), resets_in, resets_in if is_over else 0)


def forget(limit: Limit, who: str) -> None:
    """Give `who` the whole limit again."""
    if _breaker.is_open:
        return
    try:
        _counters(settings.LIMIT_COUNTERS).forget(_key(limit, who))
    except CountersAway as error:
        _away(error)


def _away(error: CountersAway) -> None:
    _breaker.trip()
    log.warning("limits_not_counted", reason=str(error), again_in_seconds=_breaker.seconds)


def _key(limit: Limit, who: str) -> str:
    """Whoever sees the store reads neither names nor addresses; a very long name makes no long key."""
    return f"{limit.name}:{blake2b(who.encode(errors='replace'), digest_size=16).hexdigest()}"


@cache
def _counters(path: str) -> Counters:
    store: Counters = import_string(path)()
    return store


def start_afresh() -> None:
    """Look the store up again, and ask it at once."""
    _counters.cache_clear()
    _breaker.close()
