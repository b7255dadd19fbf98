"""Pages beyond the first 10,000 products, which Elasticsearch does not count off: walked to from the nearer end."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from products.search.base import SearchQuery
from products.search.elastic.find import SHOWN, Body, Filters, order

REACH = 10_000
"""How far a single request counts, and the length of a stride beyond that."""

Entry = Mapping[str, Any]
Ask = Callable[[Body], Sequence[Entry]]
"""Sends the body of a search and returns its entries."""


def page_entries(ask: Ask, query: SearchQuery, wanted: Filters, *, start: int, total: int) -> list[Entry]:
    """The entries of the page that begins at `start` of `total` products.

    A stride costs one request of keys alone, from the front or the back, whichever is nearer.
    """
    size = min(query.page_size, total - start)
    after = total - start - size
    if start <= after:
        return list(_walk(ask, query, wanted, skip=start, size=size, backwards=False))
    return list(reversed(_walk(ask, query, wanted, skip=after, size=size, backwards=True)))


def _walk(ask: Ask, query: SearchQuery, wanted: Filters, *, skip: int, size: int, backwards: bool) -> Sequence[Entry]:
    request: Body = {
        "query": {"bool": {"filter": wanted.hits}},
        "sort": order(query, backwards=backwards),
        "track_total_hits": False,
    }
    if skip + size <= REACH:
        return ask(request | {"from": skip, "size": size, "_source": SHOWN})
    keys = {"stored_fields": "_none_"}
    first = min(skip, REACH)
    passed = ask(request | keys | {"from": first - 1, "size": 1})
    skip -= first
    while skip > 0 and passed:
        stride = min(skip, REACH)
        passed = ask(request | keys | {"size": stride, "search_after": passed[-1]["sort"]})
        skip -= stride
    if not passed:
        return []
    return ask(request | {"size": size, "_source": SHOWN, "search_after": passed[-1]["sort"]})
