"""What is changed is marked in the same transaction, and a claim is a lease."""

from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import Settings

from arbitrage_site import clock
from products import services
from products.models import Product, SearchDirty, SearchTombstone
from products.search import dirty
from products.search.dirty import Failure
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db

A, B = "B0TEST0001", "B0TEST0002"
SOON = NOON + timedelta(days=3650)
"""After everything that is marked by the wall clock."""


@pytest.fixture
def _index(settings: Settings) -> None:
    settings.ELASTICSEARCH_URL = "http://elasticsearch.invalid:9200"


def marked() -> dict[str, int]:
    return dict(SearchDirty.objects.values_list("asin", "document_version"))


def test_without_an_index_only_the_version_rises() -> None:
    factories.product(A)
    services.touch([A])
    services.remove([A])
    assert not SearchDirty.objects.exists()
    assert not SearchTombstone.objects.exists()


@pytest.mark.usefixtures("_index")
class TestMarking:
    def test_touching_marks_with_the_new_version(self) -> None:
        factories.product(A)
        services.touch([A, "B0UNKNOWN1"])
        services.touch([A])
        assert marked() == {A: 3} == dict(Product.objects.values_list("asin", "document_version"))

    def test_what_is_rolled_back_is_not_marked(self) -> None:
        factories.product(A)
        with transaction.atomic():
            services.touch([A])
            transaction.set_rollback(True)
        assert not marked()

    def test_the_oldest_change_is_remembered(self) -> None:
        factories.product(A)
        services.touch([A])
        first = SearchDirty.objects.get().since
        services.touch([A])
        assert SearchDirty.objects.get().since == first

    def test_deleting_leaves_a_tombstone_above_the_version(self) -> None:
        factories.product(A, document_version=5)
        assert services.remove([A]) == 1
        assert SearchTombstone.objects.get().version == 6
        assert marked() == {A: 6}

    def test_a_product_that_is_back_is_above_its_tombstone(self) -> None:
        factories.product(A, document_version=5)
        services.remove([A])
        services.watch([A], origin="page", now=NOON)
        assert marked() == {A: 7}
        assert not SearchTombstone.objects.exists()

    def test_a_new_product_is_marked(self) -> None:
        services.watch([A], origin="page", now=NOON)
        assert set(marked()) == {A}

    def test_leaving_the_watchlist_marks(self) -> None:
        factories.watch(factories.product(A))
        services.unwatch([A])
        assert marked() == {A: 2}

    def test_a_product_behind_its_document_is_lifted_above_it(self) -> None:
        factories.product(A, document_version=2)
        factories.product(B, document_version=9)
        dirty.lift({A: 6, B: 8})
        assert marked() == {A: 7}

    def test_thousands_at_once_are_no_matter(self) -> None:
        services.touch([f"B{number:09}" for number in range(40_000)])
        assert not marked()


@pytest.mark.usefixtures("_index")
class TestClaims:
    def test_what_is_claimed_is_not_claimed_again_until_the_lease_ends(self) -> None:
        services.watch([A, B], origin="page", now=NOON)
        assert set(dirty.claim(1, SOON)) | set(dirty.claim(1, SOON)) == {A, B}
        assert not dirty.claim(2, SOON)
        assert set(dirty.claim(2, SOON + dirty.LEASE)) == {A, B}

    def test_a_mark_is_due_for_who_has_a_clock_that_is_behind(self) -> None:
        services.watch([A], origin="page", now=NOON)
        assert dirty.claim(1, clock.now() - timedelta(minutes=5))

    def test_what_is_done_is_gone(self) -> None:
        services.watch([A], origin="page", now=NOON)
        dirty.done(dirty.claim(1, SOON))
        assert not marked()

    def test_what_changed_meanwhile_stays_and_is_due(self) -> None:
        services.watch([A], origin="page", now=NOON)
        claimed = dirty.claim(1, SOON)
        services.touch([A])
        dirty.done(claimed)
        dirty.failed(claimed, {A: Failure("no", SOON, is_parked=True)})
        assert dirty.claim(1, SOON) == {A: claimed[A] + 1}

    def test_what_could_not_be_tried_is_due_at_once(self) -> None:
        services.watch([A], origin="page", now=NOON)
        dirty.release(dirty.claim(1, SOON), SOON)
        row = SearchDirty.objects.get()
        assert (row.attempts, row.retry_at) == (0, SOON)

    def test_what_failed_waits(self) -> None:
        services.watch([A], origin="page", now=NOON)
        later = SOON + timedelta(seconds=9)
        dirty.failed(dirty.claim(1, SOON), {A: Failure("busy", later)})
        assert not dirty.claim(1, SOON + timedelta(seconds=8))
        assert dirty.claim(1, later)

    def test_what_is_refused_waits_for_a_change(self) -> None:
        services.watch([A], origin="page", now=NOON)
        dirty.failed(dirty.claim(1, SOON), {A: Failure("x" * 900, SOON, is_parked=True)})
        assert not dirty.claim(1, SOON + timedelta(days=1))
        services.touch([A])
        assert dirty.claim(1, SOON)

    def test_what_is_refused_can_be_tried_again(self) -> None:
        services.watch([A], origin="page", now=NOON)
        dirty.failed(dirty.claim(1, SOON), {A: Failure("no", SOON, is_parked=True)})
        dirty.retry(SOON)
        assert dirty.claim(1, SOON)
