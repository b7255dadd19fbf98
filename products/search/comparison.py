"""Documents against rows: what the index should hold, what it holds, and how they differ."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from products.models import Product, SearchDirty, SearchTombstone
from products.search.documents import Document, Looked
from products.search.elastic.client import client
from products.search.making import Made, make

CHUNK = 500
_VERSIONS = 5000
_SECONDS = 30.0
_TRIES = 5
"""Rows and index change while one looks, and cannot be read at one moment: a difference has to be seen each time."""


class Kind(Enum):
    """How the document of a product can be wrong. The words are those of a report."""

    MISSING = "missing"
    OLDER = "older than the row"
    NEWER = "newer than the row"
    DIFFERENT = "different at the same version"
    ORPHAN = "without a product"
    DELETED = "of a deleted product"


@dataclass(frozen=True, slots=True)
class Version:
    """A document with its version, as built from rows or as found."""

    number: int
    document: Document | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What is wrong with one document. `row` and `found` are what was compared; None where there is none."""

    asin: str
    kind: Kind
    row: Version | None
    found: Version | None


@dataclass(frozen=True, slots=True)
class Span:
    """ASINs from `after` (left out) to `last` (with it; None: to the end), and the products there."""

    after: str
    last: str | None
    asins: Sequence[str]


def spans(after: str = "", *, size: int = CHUNK) -> Iterator[Span]:
    """All ASINs there can be, cut so that a span has at most `size` products."""
    while True:
        span = span_after(after, size)
        yield span
        if span.last is None:
            return
        after = span.last


def span_after(after: str, size: int) -> Span:
    """The span of the next products."""
    asins = list(Product.objects.filter(asin__gt=after).order_by("asin").values_list("asin", flat=True)[:size])
    return Span(after, asins[-1] if len(asins) == size else None, asins)


def differences(index: str, span: Span, *, contents: bool) -> list[Difference]:
    """What differs in a span and is not marked as dirty. With `contents` documents are compared, else versions alone.

    Raises client.FAILURES.
    """
    found = _search(index, span, contents=contents)
    if span.last is None:
        found |= _nameless(index)
    suspects = _compare(found, span.asins, contents=contents)
    for _ in range(_TRIES):
        if not suspects:
            break
        suspects = _again(index, [each.asin for each in suspects], contents=contents)
    return suspects


def _again(index: str, asins: Collection[str], *, contents: bool) -> list[Difference]:
    """Look at these once more, past what was not refreshed; what is marked as dirty is known to be old."""
    marked = set(SearchDirty.objects.filter(asin__in=asins).values_list("asin", flat=True))
    left = [asin for asin in asins if asin not in marked]
    return _compare(_get(index, left, contents=contents), left, contents=contents) if left else []


def _compare(found: Mapping[str, Version], asins: Collection[str], *, contents: bool) -> list[Difference]:
    """Rows are read after the index, so no document knows of a later look; of broken ones nothing can be said."""
    made = make(asins, _looked(found)) if contents else Made()
    rows = {asin: Version(number, document) for asin, (number, document) in made.documents.items()}
    if not contents:
        known = Product.objects.filter(asin__in=asins).values_list("asin", "document_version")
        rows = {asin: Version(number, None) for asin, number in known}
    return _differing({asin: each for asin, each in found.items() if asin not in made.broken}, rows)


def _differing(found: Mapping[str, Version], rows: Mapping[str, Version]) -> list[Difference]:
    strays = [asin for asin in found if asin not in rows]
    stones = set(SearchTombstone.objects.filter(asin__in=strays).values_list("asin", flat=True)) if strays else set()
    result = []
    for asin in sorted(found.keys() | rows.keys()):
        kind = _kind(rows.get(asin), found.get(asin), is_buried=asin in stones)
        if kind:
            result.append(Difference(asin, kind, rows.get(asin), found.get(asin)))
    return result


def _kind(row: Version | None, found: Version | None, *, is_buried: bool) -> Kind | None:
    if row is None:
        return Kind.DELETED if is_buried else Kind.ORPHAN
    if found is None:
        return Kind.MISSING
    if found.number != row.number:
        return Kind.OLDER if found.number < row.number else Kind.NEWER
    if row.document is not None and row.document != (found.document or {}):
        return Kind.DIFFERENT
    return None


def _looked(found: Mapping[str, Version]) -> Looked:
    """The source minutes that documents give, whatever else is in them."""
    return {asin: dict(_minutes((each.document or {}).get("current_prices"))) for asin, each in found.items()}


def _minutes(prices: object) -> Iterator[tuple[str, int]]:
    for code, price in prices.items() if isinstance(prices, dict) else ():
        minute = price.get("source_minute") if isinstance(price, dict) else None
        if type(minute) is int:
            yield code, minute


def _search(index: str, span: Span, *, contents: bool) -> dict[str, Version]:
    """All documents of a span that were refreshed."""
    asked = client().options(request_timeout=_SECONDS)
    bounds = {"gt": span.after} | ({"lte": span.last} if span.last is not None else {})
    found: dict[str, Version] = {}
    after: list[str] | None = None
    size = CHUNK if contents else _VERSIONS
    while True:
        hits = asked.search(
            index=index,
            query={"range": {"asin": bounds}},
            sort=[{"asin": "asc"}],
            size=size,
            version=True,
            source=contents,
            search_after=after,
            track_total_hits=False,
        ).body["hits"]["hits"]
        found.update(_entries(hits))
        if len(hits) < size:
            return found
        after = hits[-1]["sort"]


def _nameless(index: str) -> dict[str, Version]:
    """Documents that do not even say which product they are of."""
    asked = client().options(request_timeout=_SECONDS)
    query = {"bool": {"must_not": {"exists": {"field": "asin"}}}}
    return _entries(asked.search(index=index, query=query, size=CHUNK, version=True, source=False).body["hits"]["hits"])


def _get(index: str, asins: Collection[str], *, contents: bool) -> dict[str, Version]:
    asked = client().options(request_timeout=_SECONDS)
    docs = asked.mget(index=index, ids=sorted(asins), source=contents).body["docs"]
    return _entries([entry for entry in docs if entry.get("found")])


def _entries(entries: Collection[Mapping[str, Any]]) -> dict[str, Version]:
    return {entry["_id"]: Version(entry["_version"], entry.get("_source")) for entry in entries}
