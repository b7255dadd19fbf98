"""Counts requests to Keepa by how they ended."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from arbitrage_site import metrics
from ingestion.errors import KeepaError, KeepaKeyRefused, KeepaOutOfTokens, KeepaRejected

_ENDPOINTS: dict[str, metrics.Endpoint] = {
    "/token": "token",
    "/product": "product",
    "/bestsellers": "bestsellers",
    "/search": "search",
    "/category": "category",
}
_OUTCOMES: dict[type[KeepaError], metrics.KeepaOutcome] = {
    KeepaRejected: "rejected",
    KeepaKeyRefused: "key_refused",
    KeepaOutOfTokens: "out_of_tokens",
}


@contextmanager
def metered(path: str) -> Iterator[None]:
    """Count what happens inside as one request to `path`; errors pass through."""
    started = time.monotonic()
    outcome: metrics.KeepaOutcome = "ok"
    try:
        yield
    except KeepaError as error:
        outcome = _OUTCOMES.get(type(error), "unavailable")
        raise
    finally:
        metrics.keepa_request(_ENDPOINTS[path], outcome, time.monotonic() - started)
