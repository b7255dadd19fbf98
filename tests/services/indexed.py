"""Looking at the index that the code under test keeps."""

from arbitrage_site.clock import now
from products.search.elastic.client import client
from products.search.elastic.mapping import alias
from products.search.sync import MOST, Drain

PATIENCE = 30.0


def version_of(asin: str) -> int | None:
    """The version in the index, refreshed or not."""
    found = client().options(ignore_status=404, request_timeout=PATIENCE).get(index=alias(), id=asin)
    return found.body["_version"] if found.body["found"] else None


def refresh() -> None:
    """Let searches see what was written."""
    client().options(request_timeout=PATIENCE).indices.refresh(index=alias())


def drain_all() -> None:
    """Until nothing is due."""
    drain = Drain()
    while drain(MOST, now()).claimed:
        pass
