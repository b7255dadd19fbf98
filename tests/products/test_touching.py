"""Whatever a search document shows is marked when it is edited."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import Client
from pytest_django import Settings

from arbitrage.document_scores import profiles_change
from arbitrage.models import SellerProfile
from products.models import Product, SearchDirty, Tag, Watch
from products.services import touch
from tests import factories

pytestmark = pytest.mark.django_db

A, B = "B0TEST0001", "B0TEST0002"


@pytest.fixture(autouse=True)
def _index(settings: Settings) -> None:
    settings.ELASTICSEARCH_URL = "http://elasticsearch.invalid:9200"


@pytest.fixture
def tag() -> Tag:
    """On the watch of A; B is watched without it."""
    tag = Tag.objects.create(name="frames")
    factories.watch(factories.product(A)).tags.add(tag)
    factories.watch(factories.product(B))
    return tag


@contextmanager
def marks(*asins: str) -> Iterator[None]:
    """What happens inside marks these products and no other."""
    SearchDirty.objects.all().delete()
    yield
    assert set(SearchDirty.objects.values_list("asin", flat=True)) == set(asins)


def test_renaming_a_tag(admin_client: Client, tag: Tag) -> None:
    with marks(A):
        admin_client.post(f"/admin/products/tag/{tag.pk}/change/", {"name": "pictures"})


def test_deleting_a_tag(admin_client: Client, tag: Tag) -> None:
    with marks(A):
        admin_client.post(f"/admin/products/tag/{tag.pk}/delete/", {"post": "yes"})


def test_deleting_tags_in_bulk(admin_client: Client, tag: Tag) -> None:
    chosen = {"action": "delete_selected", "_selected_action": [str(tag.pk)], "post": "yes"}
    with marks(A):
        admin_client.post("/admin/products/tag/", chosen)


def test_putting_a_tag_on_a_watch(admin_client: Client, tag: Tag) -> None:
    watch = Watch.objects.get(product_id=B)
    body = {"asin": B, "marketplaces": ["DE"], "note": "", "tags": [tag.pk]}
    with marks(B):
        admin_client.post(f"/admin/products/watch/{watch.pk}/change/", body)


def test_removing_a_watch(admin_client: Client, tag: Tag) -> None:
    watch = Watch.objects.get(product_id=A)
    with marks(A):
        admin_client.post(f"/admin/products/watch/{watch.pk}/delete/", {"post": "yes"})


@pytest.fixture
def flips() -> tuple[SellerProfile, SellerProfile]:
    """The default profile with a flip of A, and another one with a flip of B."""
    default, other = factories.default_profile(), factories.profile("Other")
    factories.opportunity(factories.product(A), profile=default)
    factories.opportunity(factories.product(B), profile=other)
    return default, other


def test_another_default_profile(flips: tuple[SellerProfile, SellerProfile]) -> None:
    default, other = flips
    with marks(A, B), profiles_change():
        SellerProfile.objects.filter(pk=default.pk).update(is_default=False)
        SellerProfile.objects.filter(pk=other.pk).update(is_default=True)


def test_a_default_profile_that_goes(flips: tuple[SellerProfile, SellerProfile]) -> None:
    with marks(A), profiles_change():
        flips[0].delete()


def test_another_profile_that_goes(flips: tuple[SellerProfile, SellerProfile]) -> None:
    with marks(), profiles_change():
        flips[1].delete()


def test_trying_a_refused_document_again(admin_client: Client) -> None:
    factories.product(A)
    touch([A])
    SearchDirty.objects.update(is_parked=True, reason="no")
    admin_client.post("/admin/products/searchdirty/", {"action": "try_again", "_selected_action": [A]})
    assert not SearchDirty.objects.get().is_parked
    assert Product.objects.get().document_version == 2
