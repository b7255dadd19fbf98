"""Curating the watchlist in the admin."""

from datetime import timedelta

import pytest
from django.test import Client

from products.models import PollTarget, Tag, Watch
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def _post(client: Client, **fields: object) -> str:
    body = {"asin": "https://www.amazon.de/dp/B08KT182SN", "marketplaces": ["DE", "IT"], "note": ""} | fields
    return client.post("/admin/products/watch/add/", body, follow=True).content.decode()


def test_a_link_is_added_with_its_marketplaces_and_tags(admin_client: Client) -> None:
    tag = Tag.objects.create(name="frames")

    _post(admin_client, tags=[tag.pk])

    watch = Watch.objects.get(product_id="B08KT182SN")
    assert (watch.marketplaces, watch.origin, list(watch.tags.all())) == (["DE", "IT"], "admin", [tag])
    assert PollTarget.objects.count() == 2


def test_a_malformed_asin_is_answered_with_a_sentence(admin_client: Client) -> None:
    assert "is not an ASIN" in _post(admin_client, asin="B08")
    assert not Watch.objects.exists()


def test_watches_are_paused_and_removed_in_bulk(admin_client: Client) -> None:
    _post(admin_client)
    chosen = [str(Watch.objects.get().pk)]

    admin_client.post("/admin/products/watch/", {"action": "pause", "_selected_action": chosen})
    assert Watch.objects.get().paused

    removal = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    admin_client.post("/admin/products/watch/", removal)
    assert not PollTarget.objects.exists()


def test_a_watch_that_is_resumed_in_its_form_is_due_at_once(admin_client: Client) -> None:
    _post(admin_client, paused="on")
    PollTarget.objects.update(due_at=NOON + timedelta(days=36_500))
    watch = Watch.objects.get()
    body = {"asin": watch.product_id, "marketplaces": ["DE", "IT"], "note": ""}
    admin_client.post(f"/admin/products/watch/{watch.pk}/change/", body)
    assert not PollTarget.objects.filter(due_at__gt=NOON + timedelta(days=36_000)).exists()


@pytest.mark.parametrize("page", ["watch", "product", "listing", "tag"])
def test_every_list_opens(admin_client: Client, page: str) -> None:
    assert admin_client.get(f"/admin/products/{page}/?q=B08").status_code == 200
