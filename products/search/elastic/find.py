"""A search as one request, and its answer as a page."""

from collections.abc import Iterator, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Conditions:
    """`shared` holds for hits and every facet; `own` by facet, what that facet leaves aside."""

    shared: list[Clause]
    own: dict[str, list[Clause]]
    anywhere: list[Clause]
    """What the facet of marketplaces asks instead of its own filter."""

    def for_hits(self) -> list[Clause]:
        """What only hits must meet beyond `shared`."""
        return [clause for clauses in self.own.values() for clause in clauses]

    def for_facet(self, name: str) -> list[Clause]:
        """What a facet counts beyond `shared`."""
        others = [clause for own, clauses in self.own.items() if own != name for clause in clauses]
        return [*others, *self.anywhere] if name == "marketplace" else others


def conditions(query: SearchQuery, *, tolerant: bool = False) -> Conditions:
    """The filters of a query, those apart that a facet leaves aside."""
    words = asked_words(query)
    shared = figures(query) if words is None else [*worded(words, tolerant=tolerant), *figures(query)]
    own = {
        "category": [{"term": {"category": query.category}}] if query.category else [],
        "brand": [{"term": {"brand": query.brand}}] if query.brand else [],
        "marketplace": listed(query),
    }
    if own["marketplace"] == (anywhere := listed_anywhere(query)):
        return Conditions([*shared, *anywhere], own | {"marketplace": []}, [])
    return Conditions(shared, own, anywhere)


def body(query: SearchQuery, wanted: Conditions, *, start: int, size: int) -> dict[str, Any]:
    """The request: hits, their number, and the facets."""
    request = {
        "query": {"bool": {"filter": wanted.shared}},
        "sort": order(query),
        "from": start,
        "size": size,
        "_source": SHOWN,
        "track_total_hits": True,
        "aggs": {name: _filtered(_counts(name, query), wanted.for_facet(name)) for name in wanted.own},
    }
    only_hits = wanted.for_hits()
    return request | {"post_filter": {"bool": {"filter": only_hits}}} if only_hits else request


def order(query: SearchQuery, *, backwards: bool = False) -> list[Clause]:
    """What has no value comes last either way, then by ASIN. Backwards is exactly the other way round."""
    direction = "desc" if query.descending != backwards else "asc"
    field = _SORTED_BY.get(query.key) or _price_field(query)
    missing = "_first" if backwards else "_last"
    return [{field: {"order": direction, "missing": missing}}, {"asin": "desc" if backwards else "asc"}]


def hits(found: Sequence[Mapping[str, Any]], query: SearchQuery) -> Iterator[Hit]:
    """The hits of an answer."""
    for entry in found:
        yield _hit(entry["_source"], query)


def facets(aggregations: Mapping[str, Any]) -> dict[str, list[Facet]]:
    """The facets of an answer, marketplaces in our order."""
    counted = {name: _read_counts(aggregations[name]) for name in ("category", "brand", "marketplace")}
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


def _filtered(counts: Clause, filters: list[Clause]) -> Clause:
    return {"filter": {"bool": {"filter": filters}}, "aggs": {"values": counts}} if filters else counts


def _read_counts(aggregation: Mapping[str, Any]) -> dict[str, int]:
    buckets = aggregation.get("values", aggregation)["buckets"]
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
