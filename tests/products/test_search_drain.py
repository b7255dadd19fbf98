"""The drain, from marked rows to documents, through every way in which Elasticsearch can fail."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import pytest
from pytest_django import Settings

from arbitrage_site.clock import now
from products import services
from products.models import Listing, Product, SearchDirty
from products.search import dirty, indices
from products.search.elastic.client import MISSING
from products.search.elastic.mapping import alias
from products.search.filling import RebuildFailed
from products.search.rebuild import _catch_up
from products.search.sync import Drain, Drained, sync
from tests import factories, fake_elasticsearch
from tests.fake_elasticsearch import FakeElasticsearch

pytestmark = pytest.mark.django_db

A, B = "B0TEST0001", "B0TEST0002"


@pytest.fixture
def server(settings: Settings) -> Iterator[FakeElasticsearch]:
    with fake_elasticsearch.fake_elasticsearch(alias()) as running:
        settings.ELASTICSEARCH_URL = running.url
        yield running


@pytest.fixture(autouse=True)
def _two_products(server: FakeElasticsearch) -> None:  # nothing is marked without an index
    for asin in (A, B):
        factories.listing(factories.product(asin), "DE")
    services.touch([A, B])


def drain(at: datetime | None = None) -> Drained:
    return Drain(Random(1))(100, at or now())  # noqa: S311 - jitter


def left() -> set[str]:
    return set(SearchDirty.objects.values_list("asin", flat=True))


def test_documents_carry_the_version_of_their_row(server: FakeElasticsearch) -> None:
    assert drain() == Drained(claimed=2, written=2)
    assert server.versions(alias()) == {A: 2, B: 2}
    assert not left()
    assert drain() == Drained()


def test_a_product_that_is_gone_is_taken_out(server: FakeElasticsearch) -> None:
    drain()
    services.remove([A])
    assert drain() == Drained(claimed=1, written=1)
    assert server.versions(alias()) == {B: 2}


def test_what_cannot_be_written_now_waits_longer_each_time(server: FakeElasticsearch) -> None:
    at = now()
    for attempt in range(1, 4):
        services.touch([A])  # taken each time: else nobody would be to blame but the server
        at = max(at, now())
        server.faults.append(fake_elasticsearch.some(429, B, kind="es_rejected_execution_exception"))
        drain(at)
        row = SearchDirty.objects.get()
        assert (row.asin, row.attempts) == (B, attempt)
        assert at <= row.retry_at <= at + timedelta(seconds=0.5 * 2**attempt)
        assert row.reason.startswith("es_rejected_execution_exception")
        at = row.retry_at
    assert drain(at).written == 1


def test_a_server_that_refuses_each_document_is_trouble_and_all_is_due_at_once(server: FakeElasticsearch) -> None:
    reason = "index [products-1] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark]"
    server.faults.append(fake_elasticsearch.some(429, A, B, kind="cluster_block_exception", reason=reason))
    drained = drain()
    assert (drained.claimed, drained.written, drained.retried) == (2, 0, 0)
    assert "disk usage exceeded flood-stage watermark" in drained.trouble
    assert set(SearchDirty.objects.values_list("attempts", "is_parked")) == {(0, False)}
    assert drain() == Drained(claimed=2, written=2)


def test_a_closed_index_parks_nothing(server: FakeElasticsearch) -> None:
    server.faults.append(fake_elasticsearch.some(400, A, B, kind="index_closed_exception", reason="closed"))
    drained = drain()
    assert (drained.written, drained.parked) == (0, 0)
    assert "index_closed_exception: closed" in drained.trouble
    assert not SearchDirty.objects.filter(is_parked=True).exists()
    assert drain() == Drained(claimed=2, written=2)


def test_an_old_index_that_takes_nothing_does_not_stand_in_the_way_of_the_new_one(server: FakeElasticsearch) -> None:
    server.aliases[indices.building_alias()] = "new"
    server.documents["new"] = {}
    old_is_shut = fake_elasticsearch.some(403, A, B, kind="cluster_block_exception")
    server.faults.extend([fake_elasticsearch.some(200), old_is_shut])
    _catch_up(lambda: None)
    assert set(server.documents["new"]) == left() == {A, B}
    server.faults.extend([old_is_shut, old_is_shut])
    with pytest.raises(RebuildFailed, match="cluster_block_exception"):
        _catch_up(lambda: None)


def test_a_new_index_that_takes_nothing_is_trouble_as_well(server: FakeElasticsearch) -> None:
    server.aliases[indices.building_alias()] = "new"
    server.documents["new"] = {}
    server.faults.append(fake_elasticsearch.some(403, A, B, kind="cluster_block_exception"))
    assert "cluster_block_exception" in drain().trouble
    assert left() == {A, B}


def test_what_the_mapping_refuses_is_parked_and_does_not_come_back(server: FakeElasticsearch) -> None:
    server.faults.append(fake_elasticsearch.some(400, A, kind="strict_dynamic_mapping_exception"))
    assert drain() == Drained(claimed=2, written=1, parked=1)
    row = SearchDirty.objects.get()
    assert row.is_parked
    assert "strict_dynamic_mapping_exception" in row.reason
    assert drain(now() + timedelta(days=1)) == Drained()


def test_a_product_whose_history_is_damaged_holds_up_no_other(server: FakeElasticsearch) -> None:
    Listing.objects.filter(product_id=A).update(history_base=b"\x01damaged")
    assert drain() == Drained(claimed=2, written=1, parked=1)
    assert "cannot be read" in SearchDirty.objects.get(asin=A).reason
    assert server.versions(alias()) == {B: 2}


@pytest.mark.parametrize("fault", [fake_elasticsearch.whole(503), fake_elasticsearch.unanswered])
def test_after_a_server_that_failed_everything_is_due_at_once(
    server: FakeElasticsearch, fault: fake_elasticsearch.Fault
) -> None:
    server.faults.append(fault)
    drained = drain()
    assert (drained.claimed, drained.written) == (2, 0)
    assert drained.trouble
    assert left() == {A, B}
    again = drain()
    assert again.written + again.stale == 2
    assert not left()


def test_a_short_answer_loses_nothing(server: FakeElasticsearch) -> None:
    server.faults.append(fake_elasticsearch.short)
    assert drain().retried == 2
    assert drain(now() + timedelta(minutes=1)) == Drained(claimed=2, stale=2)
    assert not left()


def test_without_an_index_everything_waits_for_one(server: FakeElasticsearch) -> None:
    server.aliases.clear()
    assert drain() == Drained(trouble=MISSING)
    assert left() == {A, B}


def test_a_server_that_is_away_costs_nothing(settings: Settings) -> None:
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    assert "cannot be reached" in drain().trouble
    assert left() == {A, B}


def test_an_index_that_is_being_built_is_written_first(server: FakeElasticsearch) -> None:
    server.aliases[indices.building_alias()] = "new"
    server.documents["new"] = {}
    assert drain() == Drained(claimed=2, written=2)
    assert [index for index, _ in server.asked] == ["new", alias()]
    assert set(server.documents["new"]) == {A, B}


def test_what_an_index_being_built_did_not_take_is_sent_again(server: FakeElasticsearch) -> None:
    server.aliases[indices.building_alias()] = "gone"
    assert drain() == Drained(claimed=2)
    assert left() == {A, B}
    del server.aliases[indices.building_alias()]
    assert drain() == Drained(claimed=2, stale=2)
    assert not left()


def test_a_product_behind_its_document_catches_up(server: FakeElasticsearch) -> None:
    server.documents[f"{alias()}-1"][A] = (50, {"of": "a database that was lost"})
    assert drain() == Drained(claimed=2, written=1, stale=1)
    assert Product.objects.get(asin=A).document_version == 51
    assert drain() == Drained(claimed=1, written=1)
    assert server.versions(alias()) == {A: 51, B: 2}


def test_a_removal_that_the_index_refuses_as_old_is_raised(server: FakeElasticsearch) -> None:
    server.documents[f"{alias()}-1"][A] = (50, {"of": "a database that was lost"})
    services.remove([A])
    drain()
    assert drain() == Drained(claimed=1, written=1)
    assert server.versions(alias()) == {B: 2}
    assert not left()


def test_a_late_writer_cannot_bring_back_what_was_removed(server: FakeElasticsearch) -> None:
    late = dirty.claim(1, now(), asins=[A])
    services.remove([A])
    drain()
    assert server.versions(alias()) == {B: 2}
    operations = [fake_elasticsearch.Operation("index", A, late[A], {"asin": A})]
    assert next(iter(server.apply(alias(), operations)))["index"]["status"] == 409


def test_syncing_writes_and_removes_at_once(server: FakeElasticsearch) -> None:
    server.documents[f"{alias()}-1"]["B0STRAY001"] = (3, {"asin": "B0STRAY001"})
    Product.objects.filter(asin=A).delete()
    sync([A, B, "B0STRAY001"])
    assert server.versions(alias()) == {B: 3}
