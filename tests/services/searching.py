"""An index for a test, written and read at once."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from products.search.elastic.client import client
from products.search.elastic.mapping import alias, concrete, index_settings, mappings
from products.search.elastic.search import ElasticSearch

PATIENCE = 30.0


@contextmanager
def fresh_index(**changed: Any) -> Iterator[str]:
    """An empty index behind the alias, with other `mappings` if given; gone afterwards."""
    name = concrete(uuid4().hex[:12])
    asked = client().options(request_timeout=PATIENCE)
    given = {"mappings": mappings(), "settings": {**index_settings(), "refresh_interval": "-1"}, **changed}
    asked.indices.create(index=name, aliases={alias(): {}}, **given)
    try:
        yield name
    finally:
        asked.indices.delete(index=name, ignore_unavailable=True)


class SearchAtOnce(ElasticSearch):
    """What is written is found at once."""

    def sync(self, asins: Collection[str]) -> None:
        """Then make it visible."""
        super().sync(asins)
        client().options(request_timeout=PATIENCE).indices.refresh(index=alias())
