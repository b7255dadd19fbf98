"""Search over products: one Protocol, the backend in the settings."""

from django.conf import settings

from products.search.base import (
    SORTS,
    Facet,
    Hit,
    InvalidQuery,
    ListingHit,
    Matches,
    Search,
    SearchPage,
    SearchQuery,
    Suggestion,
)

__all__ = [
    "SORTS",
    "Facet",
    "Hit",
    "InvalidQuery",
    "ListingHit",
    "Matches",
    "Search",
    "SearchPage",
    "SearchQuery",
    "Suggestion",
    "get_search",
]


def get_search() -> Search:
    """The backend of this installation. Imported on use: the words of search are needed before the models are there."""
    from products.search.sql import SqlSearch

    if not settings.ELASTICSEARCH_URL:
        return SqlSearch()
    from products.search.elastic.search import ElasticSearch
    from products.search.fallback import FallbackSearch, circuit

    return FallbackSearch(ElasticSearch(), SqlSearch(), circuit(settings.ELASTICSEARCH_URL))
