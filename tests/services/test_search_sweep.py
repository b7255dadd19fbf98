"""A sweep finds every way in which documents can differ from rows, says how many, and puts them right."""

from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F
from pytest_django import DjangoAssertNumQueries

from arbitrage_site.clock import minute_of, moment_of, now
from products import services, tasks
from products.models import Listing, Product, SearchDirty, SearchTombstone
from products.search.comparison import Kind
from products.search.documents import documents
from products.search.elastic.client import client
from products.search.elastic.mapping import alias
from products.search.sweep import KEEP_TOMBSTONES, Swept, sweep, tidy_tombstones
from tests import factories
from tests.services.indexed import drain_all, refresh, version_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("index")]

A, B, C = "B0TEST0001", "B0TEST0002", "B0TEST0003"


@pytest.fixture(autouse=True)
def _three_products(index: None) -> None:
    for asin in (A, B, C):
        factories.listing(factories.product(asin), "DE", history_base=factories.history())
    services.touch([A, B, C])
    drain_all()
    refresh()


def put(identity: str, version: int, **document: Any) -> None:
    """A document that nobody should have written."""
    client().index(index=alias(), id=identity, version=version, version_type="external_gte", document=document)


def spoil(asin: str, **fields: Any) -> None:
    """Other values in an otherwise right document of the right version."""
    found = client().get(index=alias(), id=asin).body
    put(asin, found["_version"], **found["_source"] | fields)


def in_index(asin: str) -> dict[str, Any]:
    """The document that is found."""
    document: dict[str, Any] = client().get(index=alias(), id=asin).body["_source"]
    return document


def swept(**options: Any) -> Swept:
    refresh()
    return sweep(**options)


def test_nothing_is_found_where_all_is_right() -> None:
    assert str(swept()) == "3 products looked at, 0 documents differ."


def test_a_missing_document_is_written() -> None:
    client().delete(index=alias(), id=A)
    assert swept().kinds == {Kind.MISSING: 1}
    drain_all()
    assert version_of(A) == Product.objects.get(asin=A).document_version
    assert not swept().kinds


def test_an_older_document_is_written() -> None:
    Product.objects.filter(asin=A).update(document_version=9, title="Changed without a mark")
    assert swept().kinds == {Kind.OLDER: 1}
    assert version_of(A) == 9
    assert not swept().kinds


def test_a_row_behind_its_document_gets_a_newer_version() -> None:
    put(A, 50, asin=A)
    assert swept().kinds == {Kind.NEWER: 1}
    drain_all()
    assert version_of(A) == Product.objects.get(asin=A).document_version == 51
    assert not swept().kinds


def test_a_different_document_of_the_same_version_is_written() -> None:
    put(A, Product.objects.get(asin=A).document_version, asin=A, title="Something else")
    assert swept().kinds == {Kind.DIFFERENT: 1}
    assert not swept().kinds


def spoilt_histories(right: dict[str, Any]) -> list[Any]:
    [month] = right["price_history"]
    closes = month["closes"]
    return [
        [],
        None,
        [month, month],
        [month | {"closes": [*closes[:10], closes[10] + 1, *closes[11:]]}],
        [month | {"closes": [*closes[:-1], None]}],
        [month | {"closes": closes[1:]}],
        [month | {"first_day": "2026-10-01"}],
        [month | {"currency": "GBP"}],
    ]


def test_a_spoilt_history_is_put_right() -> None:
    right = in_index(A)
    for history in spoilt_histories(right):
        spoil(A, price_history=history)
        assert swept().kinds == {Kind.DIFFERENT: 1}, history
        assert in_index(A) == right


def test_a_history_spoilt_before_looks_that_found_nothing_new_is_put_right() -> None:
    spoil(A, price_history=[])
    Listing.objects.update(source_minute=F("source_minute") + 3 * 1440)
    assert swept().kinds == {Kind.DIFFERENT: 1}
    assert in_index(A) == documents([A])[A][1]


@pytest.mark.parametrize("minute", [None, minute_of(factories.NOON), 10**7, -(10**12), "8355595", [1]])
def test_a_source_minute_that_is_ahead_of_the_row_or_none_at_all_is_put_right(minute: Any) -> None:
    right = in_index(A)
    spoil(A, current_prices={"DE": right["current_prices"]["DE"] | {"source_minute": minute}})
    assert swept().kinds == {Kind.DIFFERENT: 1}
    assert in_index(A) == right


def test_prices_that_are_no_prices_are_put_right() -> None:
    right = in_index(A)
    for prices in (None, {}, {"DE": None}, [right["current_prices"]], {"DE": [right["current_prices"]["DE"]]}):
        spoil(A, current_prices=prices)
        assert swept().kinds == {Kind.DIFFERENT: 1}, prices
        assert in_index(A) == right


def test_an_empty_document_is_written() -> None:
    put(A, Product.objects.get(asin=A).document_version)
    assert swept().kinds == {Kind.DIFFERENT: 1}
    assert client().get(index=alias(), id=A).body["_source"]["asin"] == A
    assert not swept().kinds


def test_a_document_without_a_product_is_removed() -> None:
    put("B0STRAY001", 4, asin="B0STRAY001")
    assert swept().kinds == {Kind.ORPHAN: 1}
    assert version_of("B0STRAY001") is None


def test_an_empty_document_without_a_product_is_removed() -> None:
    put("B0STRAY001", 4)
    assert swept().kinds == {Kind.ORPHAN: 1}
    assert version_of("B0STRAY001") is None


def test_a_document_of_a_deleted_product_is_removed() -> None:
    services.remove([A])
    drain_all()
    put(A, SearchTombstone.objects.get().version, asin=A)
    assert swept().kinds == {Kind.DELETED: 1}
    assert version_of(A) is None


def test_all_of_them_at_once_are_counted_and_put_right(capsys: pytest.CaptureFixture[str]) -> None:
    client().delete(index=alias(), id=A)
    put(B, Product.objects.get(asin=B).document_version, asin=B)
    spoil(C, price_history=[])
    put("B0STRAY001", 4, asin="B0STRAY001")
    refresh()
    call_command("search_sweep", all=True)
    said = capsys.readouterr().out
    assert "3 products looked at, 4 documents differ: 2 different" in said
    assert "3 put right, 1 left to the drain." in said
    drain_all()
    assert not swept().kinds


def test_looking_alone_changes_nothing() -> None:
    put("B0STRAY001", 4, asin="B0STRAY001")
    assert swept(is_repairing=False).kinds
    assert version_of("B0STRAY001") == 4


def test_what_is_marked_is_no_difference() -> None:
    Product.objects.filter(asin=A).update(title="New title")
    services.touch([A])
    assert not swept().kinds


def test_a_look_at_keepa_that_found_nothing_new_is_no_difference() -> None:
    listing = Listing.objects.get(product_id=A)
    for minutes in (30, 3000, 60 * 1440):
        Listing.objects.update(
            source_minute=listing.source_minute + minutes, checked_at=moment_of(listing.source_minute + minutes)
        )
        assert not swept().kinds


def test_a_sweep_asks_the_database_as_often_whatever_it_holds(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    refresh()
    with django_assert_num_queries(5):
        assert not sweep().kinds


def test_a_sample_looks_at_about_so_many() -> None:
    assert 0 <= swept(sample=2, random=Random(1)).looked <= 3  # noqa: S311 - a sample


def test_the_task_sweeps_and_tidies() -> None:
    services.remove([A])
    drain_all()
    SearchTombstone.objects.update(deleted_at=now() - KEEP_TOMBSTONES * 2)
    tasks.sweep_search()
    assert not SearchTombstone.objects.exists()


def test_a_tombstone_stays_while_its_removal_is_to_be_sent() -> None:
    services.remove([A])
    assert SearchDirty.objects.filter(asin=A).exists()
    assert tidy_tombstones(now() + KEEP_TOMBSTONES * 2) == 0
