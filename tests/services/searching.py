"""An index for a test, written and read at once."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import uuid4

from elasticsearch.helpers import bulk

from products.search.documents import documents
from products.search.elastic.client import client
from products.search.elastic.mapping import alias, concrete, index_settings, mappings
from products.search.elastic.search import ElasticSearch

PATIENCE = 30.0


@contextmanager
def fresh_index() -> Iterator[str]:
    """An empty index behind the alias; gone afterwards."""
    name = concrete(uuid4().hex[:12])
    asked = client().options(request_timeout=PATIENCE)
    settings = {**index_settings(), "refresh_interval": "-1"}
    asked.indices.create(index=name, mappings=mappings(), settings=settings, aliases={alias(): {}})
    yield name
    asked.indices.delete(index=name, ignore_unavailable=True)


class SearchAtOnce(ElasticSearch):
    """What is written is found at once."""

    def sync(self, asins: Collection[str]) -> None:
        """Then make it visible."""
        write(asins)


def write(asins: Collection[str]) -> None:
    """The documents of these products, by the client's own helper; removes what is gone."""
    asked = client().options(request_timeout=PATIENCE)
    found = documents(asins)
    there = [
        {"_id": asin, "_source": document, "_version": version, "version_type": "external"}
        for asin, (version, document) in found.items()
    ]
    gone = [{"_op_type": "delete", "_id": asin} for asin in asins if asin not in found]
    bulk(asked, [*there, *gone], index=alias(), refresh=True)
