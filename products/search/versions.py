"""What the index says of versions, against the rows."""

from collections.abc import Collection, Mapping

from arbitrage_site import clock
from products.models import Product, SearchTombstone
from products.search import dirty
from products.search.bulk_writer import Operation
from products.search.elastic.client import client
from products.search.elastic.mapping import alias

_SECONDS = 10.0


def in_index(asins: Collection[str], index: str) -> dict[str, int]:
    """Versions of the documents that are there, whether they were refreshed or not. Raises client.FAILURES."""
    if not asins:
        return {}
    asked = client().options(request_timeout=_SECONDS)
    entries = asked.mget(index=index, ids=sorted(asins), source=False).body["docs"]
    return {entry["_id"]: entry["_version"] for entry in entries if entry.get("found")}


def overtake(refused: Mapping[str, int | None], index: str | None = None) -> None:
    """Give products that the index refused as old a version above the one it has, if it is ahead of the row.

    As a rule it was right, and nothing is to be done: somebody else wrote that version or the next one. Rows are read
    after the index, and a row is committed before its document is sent, so a version above the row's comes from tables
    that no longer exist. Documents without a row are marked for removal. Raises client.FAILURES.
    """
    if not refused:
        return
    rows = dict(Product.objects.filter(asin__in=refused).values_list("asin", "document_version"))
    dirty.lift({asin: version for asin, version in refused.items() if version and version > rows.get(asin, version)})
    there = in_index([asin for asin in refused if asin not in rows], index or alias())
    dirty.bury_as(_at_least_buried({asin: version + 1 for asin, version in there.items()}), clock.now())


def removals(versions: Mapping[str, int]) -> list[Operation]:
    """Take the documents of deleted products out of an index, with these versions or those of their tombstones."""
    return [Operation(asin, version, None) for asin, version in _at_least_buried(versions).items()]


def _at_least_buried(versions: Mapping[str, int]) -> dict[str, int]:
    stones = dict(SearchTombstone.objects.filter(asin__in=versions).values_list("asin", "version"))
    return {asin: max(version, stones.get(asin, 0)) for asin, version in versions.items()}
