"""A search as Elasticsearch takes it, and its answers as parts of a page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from products.marketplaces import CODES
from products.search.base import FACET_VALUES, Facet, Hit, ListingHit, SearchQuery
from products.search.elastic.conditions import (
    Clause,
    asked_words,
    currency,
    figures,
    fitting,
    listed,
    listed_anywhere,
    worded,
)

SHOWN = [
    "asin",
    "title",
    "brand",
    "category",
    "best_*",
    "updated_at",
    *(f"current_prices.*.{name}" for name in ("currency", "new", "amazon", "buy_box", "in_stock", "source_minute")),
]
_SORTED_BY = {"updated": "updated_at", "margin": "best_margin", "net": "best_net", "title": "sort_title"}


Body = dict[str, Any]
"""The body of one search."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a product must meet to be a hit, and to be counted in each facet, which leaves its own filter aside."""

    hits: list[Clause]
    facets: dict[str, list[Clause]]


def filters(query: SearchQuery, *, tolerant: bool = False) -> Filters:
    """The filters of a query. Tolerant: with typos."""
    words = asked_words(query)
    base = figures(query) if words is None else [*worded(words, tolerant=tolerant), *figures(query)]
    category: list[Clause] = [{"term": {"category": query.category}}] if query.category else []
    brand: list[Clause] = [{"term": {"brand": query.brand}}] if query.brand else []
    return Filters(
        hits=[*base, *category, *brand, *listed(query)],
        facets={
            "category": [*base, *brand, *listed(query)],
            "brand": [*base, *category, *listed(query)],
            "marketplace": [*base, *category, *brand, *listed_anywhere(query)],
        },
    )


def hits_body(query: SearchQuery, wanted: Filters, *, start: int, size: int) -> Body:
    """The search for hits and their number. Without facets in it the order of an index can end it early."""
    return {
        "query": {"bool": {"filter": wanted.hits}},
        "sort": order(query),
        "from": start,
        "size": size,
        "_source": SHOWN,
        "track_total_hits": True,
    }


def matches_body(words: Sequence[str], *, size: int, tolerant: bool) -> Body:
    """The search for the ASINs of products with these words, in the order of relevance."""
    return {
        "query": {"bool": {"must": worded(words, tolerant=tolerant)}},
        "sort": [{"_score": "desc"}, {"asin": "asc"}],
        "size": size,
        "_source": False,
        "track_total_hits": True,
    }


def facet_bodies(query: SearchQuery, wanted: Filters) -> list[Body]:
    """The searches for facets, those with equal filters in one; the server keeps their answers until rows change."""
    bodies: list[Body] = []
    for name, clauses in wanted.facets.items():
        asked = {"bool": {"filter": clauses}}
        body = next((body for body in bodies if body["query"] == asked), None)
        if body is None:
            body = {"query": asked, "size": 0, "track_total_hits": False, "aggs": {}}
            bodies.append(body)
        body["aggs"][name] = _counts(name, query)
    return bodies


def order(query: SearchQuery, *, backwards: bool = False) -> list[Clause]:
    """What has no value comes last either way, then by ASIN. Backwards is exactly the other way round."""
    direction = "desc" if query.descending != backwards else "asc"
    field = _SORTED_BY.get(query.key) or _price_field(query)
    missing = "_first" if backwards else "_last"
    return [{field: {"order": direction, "missing": missing}}, {"asin": "desc" if backwards else "asc"}]


def hits(found: Iterable[Mapping[str, Any]], query: SearchQuery) -> tuple[list[Hit], list[str]]:
    """The hits of an answer, and the ids of those whose documents cannot be read: empty, or of an older release."""
    read: list[Hit] = []
    unreadable: list[str] = []
    for entry in found:
        try:
            read.append(_hit(entry["_source"], query))
        except (KeyError, TypeError, ValueError):
            unreadable.append(str(entry.get("_id", "")))
    return read, unreadable


def facets(answers: Iterable[Mapping[str, Any]]) -> dict[str, list[Facet]]:
    """The facets in the answers to `facet_bodies`, marketplaces in our order."""
    counted = {name: _read(entry["buckets"]) for answer in answers for name, entry in answer["aggregations"].items()}
    places = counted["marketplace"]
    return {
        "category": [Facet(value, count) for value, count in counted["category"].items()],
        "brand": [Facet(value, count) for value, count in counted["brand"].items()],
        "marketplace": [Facet(code, places[code]) for code in CODES if places.get(code)],
    }


def _price_field(query: SearchQuery) -> str:
    return f"current_prices.{query.marketplace}.new" if query.marketplace else f"lowest_new.{query.currency}"


def _counts(name: str, query: SearchQuery) -> Clause:
    if name != "marketplace":
        return {"terms": {"field": name, "size": FACET_VALUES}}
    if places := fitting(query):
        return {"filters": {"filters": places}}
    return {"terms": {"field": "in_stock" if query.in_stock else "marketplaces", "size": len(CODES)}}


def _read(buckets: Sequence[Mapping[str, Any]] | Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    if isinstance(buckets, Mapping):
        return {code: bucket["doc_count"] for code, bucket in buckets.items()}
    return {bucket["key"]: bucket["doc_count"] for bucket in buckets}


def _hit(source: Mapping[str, Any], query: SearchQuery) -> Hit:
    known = source.get("current_prices", {})
    listings: dict[str, ListingHit] = {code: ListingHit(**known[code]) for code in CODES if code in known}
    unit = currency(query)
    prices = [
        listing.new
        for code, listing in listings.items()
        if listing.new is not None and (code == query.marketplace if query.marketplace else listing.currency == unit)
    ]
    return Hit(
        asin=source["asin"],
        title=source["title"],
        brand=source["brand"] or "",
        category=source["category"] or "",
        price=min(prices, default=None),
        currency=unit,
        score=source["best_score"],
        net=source["best_net"],
        roi=source["best_roi"],
        margin=source["best_margin"],
        source=source["best_source"] or "",
        target=source["best_target"] or "",
        updated_at=datetime.fromisoformat(source["updated_at"]),
        listings=listings,
    )
