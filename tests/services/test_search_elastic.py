"""Search in a real Elasticsearch."""

from collections.abc import Iterator

import pytest

from products.search.elastic.search import ElasticSearch
from tests.contracts.search import SearchContract
from tests.services.searching import SearchAtOnce, fresh_index


@pytest.fixture
def search(db: None) -> Iterator[ElasticSearch]:
    with fresh_index():
        yield SearchAtOnce()


class TestElasticSearch(SearchContract):
    """The contract, word for word."""
