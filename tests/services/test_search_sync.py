"""The index follows the rows in a real Elasticsearch: draining, removing late writers' hopes, being contract-true."""

from collections.abc import Collection
from threading import Thread

import pytest
from django.db import connection

from arbitrage_site.clock import now
from products import services
from products.models import Product, SearchDirty
from products.search import conservation, dirty
from products.search.bulk_writer import BulkWriter, Operation, Result
from products.search.elastic.client import client
from products.search.elastic.mapping import alias
from products.search.elastic.search import ElasticSearch
from products.search.making import make
from products.search.sync import Drain, operations_of, sync
from tests import factories
from tests.contracts.search import SearchContract
from tests.services.indexed import drain_all, refresh, version_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index")]

A, B, C = "B0TEST0001", "B0TEST0002", "B0TEST0003"


def shop(count: int) -> list[str]:
    """Products with two listings each, marked."""
    asins = [f"B0SHOP{number:04}" for number in range(count)]
    for asin in asins:
        product = factories.product(asin)
        for code in ("DE", "IT"):
            factories.listing(product, code, history_base=factories.history())
    services.touch(asins)
    return asins


def test_what_was_touched_is_in_the_index_after_a_drain() -> None:
    factories.listing(factories.product(A), "DE")
    services.touch([A])
    drain_all()
    assert version_of(A) == Product.objects.get().document_version == 2
    assert not SearchDirty.objects.exists()


def test_what_was_deleted_is_gone_after_a_drain() -> None:
    factories.product(A)
    sync([A])
    services.remove([A])
    drain_all()
    assert version_of(A) is None
    assert not SearchDirty.objects.exists()


def test_a_late_writer_cannot_bring_back_what_was_deleted() -> None:
    factories.product(A)
    services.touch([A])
    late = operations_of({A: 2}, make([A]))
    services.remove([A])
    drain_all()
    assert BulkWriter(alias()).write(late).outcomes[A].result is Result.STALE
    assert version_of(A) is None


def test_a_product_that_is_back_is_found_again() -> None:
    factories.product(A, document_version=9)
    sync([A])
    services.remove([A])
    drain_all()
    services.watch([A], origin="page", now=now())
    drain_all()
    assert version_of(A) == Product.objects.get().document_version == 12


def test_a_document_with_an_unknown_field_is_refused_and_the_others_are_taken() -> None:
    written = BulkWriter(alias()).write([Operation(A, 1, {"asin": A, "surprise": 1}), Operation(B, 1, {"asin": B})])
    assert written.outcomes[A].result is Result.REFUSED
    assert "strict_dynamic_mapping_exception" in written.outcomes[A].reason
    assert written.outcomes[B].result is Result.DONE


def test_an_index_that_is_read_only_keeps_everything_marked() -> None:
    shop(3)
    client().indices.put_settings(index=alias(), settings={"index.blocks.read_only_allow_delete": True})
    drained = Drain()(100, now())
    assert (drained.claimed, drained.written) == (3, 0)
    assert "cluster_block_exception" in drained.trouble
    assert list(SearchDirty.objects.values_list("attempts", "is_parked")) == [(0, False)] * 3
    client().indices.put_settings(index=alias(), settings={"index.blocks.read_only_allow_delete": None})
    assert Drain()(100, now()).written == 3


def test_a_missing_index_is_not_made_by_writing_to_it() -> None:
    name = next(iter(client().indices.get_alias(name=alias()).body))
    client().options(request_timeout=30).indices.delete(index=name)
    written = BulkWriter(alias()).write([Operation(A, 1, {"asin": A}), Operation(B, 1, None)])
    assert written.is_missing
    assert not client().indices.exists(index=alias())


def test_conservation_names_what_differs() -> None:
    shop(2)
    drain_all()
    refresh()
    assert list(conservation.check()) == []
    Product.objects.filter(asin="B0SHOP0001").update(title="Changed behind the back of touch")
    [difference] = conservation.check()
    assert difference == "the search document of B0SHOP0001 is different at the same version"


@pytest.mark.django_db(transaction=True)
def test_two_drains_beside_three_writers_end_with_documents_like_rows() -> None:
    asins = shop(120)
    threads = [Thread(target=_write, args=(asins[place::3],)) for place in range(3)]
    drains = [Thread(target=_drain_for, args=(threads,)) for _ in range(2)]
    for thread in (*threads, *drains):
        thread.start()
    for thread in (*threads, *drains):
        thread.join()
    drain_all()
    refresh()
    assert Product.objects.count() == 78
    assert list(conservation.check()) == []


def _write(asins: list[str]) -> None:
    """Touch all of them often, and remove a third."""
    for turn in range(15):
        part = asins[turn % 5 :: 5]
        services.touch(part)
    services.remove(asins[::3])
    connection.close()


def _drain_for(writers: list[Thread]) -> None:
    drain = Drain()
    while any(writer.is_alive() for writer in writers):
        drain(20, now())
    connection.close()


def test_a_claim_that_outlived_its_lease_does_no_harm() -> None:
    shop(1)
    [(asin, version)] = dirty.claim(1, now()).items()
    slow = operations_of({asin: version}, make([asin]))
    services.touch([asin])
    drain_all()
    assert BulkWriter(alias()).write(slow).outcomes[asin].result is Result.STALE
    assert version_of(asin) == version + 1


class SyncedAtOnce(ElasticSearch):
    """Refreshes, so that what was written is found."""

    def sync(self, asins: Collection[str]) -> None:
        super().sync(asins)
        refresh()


@pytest.fixture
def search(index: None) -> ElasticSearch:
    return SyncedAtOnce()


class TestSynced(SearchContract):
    """What was written by the drain is what the contract finds."""
