"""The filters of a search as Elasticsearch takes them. Each means what its namesake in `products.search.sql` means."""

from collections.abc import Sequence
from typing import Any

from products.marketplaces import MARKETPLACES
from products.search.base import SearchQuery
from products.search.words import words_of

Clause = dict[str, Any]

NOTHING: Clause = {"match_none": {}}
_MOST_WORDS = 12
_FUZZY_FROM = 4
_FUZZINESS = {"fuzziness": "AUTO:4,8", "prefix_length": 1, "max_expansions": 50}
"""One wrong letter in words of 4 to 7, two in longer ones; the first letter must be right."""


def bears_typos(words: Sequence[str]) -> bool:
    """Whether tolerance could find more. Words with digits are ASINs, EANs and models, where one sign is another."""
    return any(_is_fuzzy(word) for word in words[:_MOST_WORDS])


def worded(words: Sequence[str], *, tolerant: bool) -> list[Clause]:
    """All words, of the last one the beginning; no words, no products. Tolerant: with typos in longer words."""
    if not words:
        return [NOTHING]
    *whole, last = words[:_MOST_WORDS]
    beginning: Clause = {"prefix": {"search_text": last}}
    if tolerant and _is_fuzzy(last):
        beginning = {"bool": {"should": [beginning, _fuzzy(last)]}}
    return [*(_fuzzy(word) if tolerant and _is_fuzzy(word) else _exact(word) for word in whole), beginning]


def asked_words(query: SearchQuery) -> list[str] | None:
    """The folded words of a query; None without any text, which is no condition."""
    return words_of(query.text) if query.text.strip() else None


def figures(query: SearchQuery) -> list[Clause]:
    """What the best flip must reach."""
    wanted = {"best_margin": query.min_margin, "best_roi": query.min_roi}
    return [{"range": {name: {"gte": least}}} for name, least in wanted.items() if least is not None]


def listed(query: SearchQuery) -> list[Clause]:
    """Whether some listing in the query's scope fits. A price is only compared where it is in the currency asked."""
    code = query.marketplace
    if query.max_price is not None:
        return [_at_most(f"current_prices.{code}.new" if code else f"lowest_new.{currency(query)}", query.max_price)]
    if query.in_stock:
        return [{"term": {"in_stock": code}} if code else {"exists": {"field": "in_stock"}}]
    return [{"term": {"marketplaces": code}}] if code else []


def listed_anywhere(query: SearchQuery) -> list[Clause]:
    """`listed` as the facet of marketplaces sees it: on any marketplace, in the same currency."""
    if query.max_price is not None:
        return [_at_most(f"lowest_new.{currency(query)}", query.max_price)]
    return [{"exists": {"field": "in_stock"}}] if query.in_stock else []


def fitting(query: SearchQuery) -> dict[str, Clause]:
    """By marketplace, the products with a listing there that fits the price."""
    if query.max_price is None:
        return {}
    return {
        code: _at_most(f"current_prices.{code}.new", query.max_price)
        for code, entry in MARKETPLACES.items()
        if entry.currency == currency(query)
    }


def currency(query: SearchQuery) -> str:
    """The currency of a query's prices."""
    return MARKETPLACES[query.marketplace].currency if query.marketplace else query.currency


def _at_most(field: str, price: int) -> Clause:
    return {"range": {field: {"lte": price}}}


def _exact(word: str) -> Clause:
    return {"term": {"search_text": word}}


def _fuzzy(word: str) -> Clause:
    return {"fuzzy": {"search_text": {"value": word, **_FUZZINESS}}}


def _is_fuzzy(word: str) -> bool:
    return len(word) >= _FUZZY_FROM and word.isalpha()
