"""Search over products: one Protocol, the backend in the settings."""

from products.search.base import (
    SORTS,
    Facet,
    Hit,
    InvalidQuery,
    ListingHit,
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
    "Search",
    "SearchPage",
    "SearchQuery",
    "Suggestion",
    "get_search",
]


def get_search() -> Search:
    """The backend of this installation. Imported on use: the words of search are needed before the models are there."""
    from products.search.sql import SqlSearch

    return SqlSearch()
