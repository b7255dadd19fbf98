"""Suggestions as one request, and its answer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from products.search.base import FACET_VALUES, SUGGESTIONS, Suggestion
from products.search.elastic.conditions import worded
from products.search.words import words_of

_BRANDS = 3


def body(words: Sequence[str], *, tolerant: bool) -> dict[str, Any]:
    """Products with a title, best profit first, and the brands of all that match."""
    return {
        "query": {"bool": {"filter": worded(words, tolerant=tolerant)}},
        "post_filter": {"exists": {"field": "sort_title"}},
        "sort": [{"best_net": {"order": "desc", "missing": "_last"}}, {"asin": "asc"}],
        "size": SUGGESTIONS,
        "_source": ["asin", "title"],
        "track_total_hits": False,
        "aggs": {"brand": {"terms": {"field": "brand", "size": FACET_VALUES}}},
    }


def suggestions(answer: Mapping[str, Any], words: Sequence[str]) -> list[Suggestion]:
    """Brands that contain the words themselves, then products."""
    brands = list(_brands(answer["aggregations"]["brand"]["buckets"], words))[:_BRANDS]
    entries = answer["hits"]["hits"][: SUGGESTIONS - len(brands)]
    products = (Suggestion("product", entry["_source"]["title"], entry["_source"]["asin"]) for entry in entries)
    return [*(Suggestion("brand", brand) for brand in brands), *products]


def _brands(buckets: Sequence[Mapping[str, Any]], words: Sequence[str]) -> Iterator[str]:
    *whole, last = words
    for bucket in buckets:
        own = words_of(bucket["key"])
        if set(whole) <= set(own) and any(word.startswith(last) for word in own):
            yield str(bucket["key"])
