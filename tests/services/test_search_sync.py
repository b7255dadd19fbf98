"""The index follows the rows: marking, draining, rebuilding and sweeping against a real Elasticsearch."""

from collections.abc import Iterator

import pytest

from arbitrage_site.clock import now
from products import services
from products.models import Product, SearchDirty
from products.search import indices
from products.search.elastic.client import client
from products.search.elastic.mapping import alias
from products.search.rebuild import rebuild
from products.search.sync import MOST, Drain, sync
from tests import factories

pytestmark = pytest.mark.django_db

A, B, C = "B0TEST0001", "B0TEST0002", "B0TEST0003"


@pytest.fixture(autouse=True)
def index(db: None) -> Iterator[None]:
    """An empty index; gone afterwards with whatever a test put beside it."""
    rebuild(grace=0)
    yield
    found = indices.places()
    indices.remove([*found.live, *found.building, *indices.leftovers()])


def version_of(asin: str) -> int | None:
    """The version in the index, refreshed or not."""
    found = client().options(ignore_status=404, request_timeout=30).get(index=alias(), id=asin)
    return found.body["_version"] if found.body["found"] else None


def drain() -> None:
    """Until nothing is due."""
    while Drain()(MOST, now()).claimed:
        pass


def test_what_was_touched_is_in_the_index_after_a_drain() -> None:
    factories.listing(factories.product(A), "DE")
    services.touch([A])
    drain()
    assert version_of(A) == Product.objects.get().document_version == 2
    assert not SearchDirty.objects.exists()


def test_what_was_deleted_is_gone_after_a_drain() -> None:
    factories.product(A)
    sync([A])
    services.remove([A])
    drain()
    assert version_of(A) is None
    assert not SearchDirty.objects.exists()
