"""The watchlist page: a verdict per pasted line, and changes to what is watched."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from products.models import PollTarget, Product, Tag, Watch
from tests import factories
from tests.factories import NOON

EVERYWHERE = ["DE", "IT", "ES", "UK", "FR"]


def paste(client: Client, lines: str, marketplaces: list[str] = EVERYWHERE) -> str:
    """The page after a paste."""
    return client.post("/watchlist/", {"lines": lines, "marketplaces": marketplaces}).content.decode()


def test_asins_and_links_are_added_and_due_at_once(signed_in: Client) -> None:
    page = paste(signed_in, "B0TEST0001\nhttps://www.amazon.it/dp/B0TEST0002?tag=x")

    assert "2 added, 0 already watched, 0 not added" in page
    assert PollTarget.objects.filter(due_at__lte=NOON).count() == 10
    assert set(Watch.objects.values_list("origin", flat=True)) == {"page"}


def test_what_is_added_in_the_demo_goes_with_it(signed_in: Client, settings: Settings) -> None:
    settings.DEMO = True
    paste(signed_in, "B0TEST0001")
    assert Product.objects.get().is_demo


def test_only_the_chosen_marketplaces_are_polled(signed_in: Client) -> None:
    paste(signed_in, "B0TEST0001", ["DE", "UK"])

    assert set(PollTarget.objects.values_list("marketplace", flat=True)) == {"DE", "UK"}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("B0SHORT", "is not an ASIN"),
        ("4006381333932", "check digit is wrong"),
        ("4006381333931", "is an EAN"),
        ("https://www.amazon.com/dp/B0TEST0001", "amazon.com"),
        ("https://example.org/dp/B0TEST0001", "example.org"),
        ("<script>alert(1)</script>", "&lt;script&gt;"),
    ],
)
def test_every_line_that_was_not_added_says_why(signed_in: Client, line: str, message: str) -> None:
    page = paste(signed_in, line)

    assert "0 added, 0 already watched, 1 not added" in page
    assert message in page
    assert "<script>alert" not in page


def test_repeats_and_known_products_are_told_apart(signed_in: Client) -> None:
    factories.watch(factories.product("B0TEST0001"))

    page = paste(signed_in, "B0TEST0001\nB0TEST0002\nB0TEST0002")

    assert "1 added, 1 already watched, 0 not added" in page
    assert "stands above already" in page


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"lines": "", "marketplaces": ["DE"]}, "Paste at least one ASIN or Amazon link."),
        ({"lines": "B0TEST0001"}, "Choose at least one marketplace."),
        ({"lines": "B0TEST0001", "marketplaces": ["US"]}, "US is not a marketplace. Choose from DE, IT, ES, UK, FR."),
        ({"lines": "x" * 500_001, "marketplaces": ["DE"]}, "The paste is longer than 500,000 characters."),
    ],
)
def test_a_form_that_does_not_fit_is_one_sentence(signed_in: Client, form: dict[str, object], message: str) -> None:
    response = signed_in.post("/watchlist/", form)

    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Watch.objects.exists()


def test_a_paste_of_two_megabytes_is_refused_with_advice(signed_in: Client) -> None:
    form = "marketplaces=DE&lines=" + "B0TEST0001%0A" * 200_000

    response = signed_in.post("/watchlist/", form, "application/x-www-form-urlencoded")

    assert response.status_code == 400
    assert "What was sent is larger than 1 MB, so nothing of it was read." in response.content.decode()


@pytest.mark.parametrize(("action", "paused"), [("pause", True), ("resume", False)])
def test_chosen_products_are_paused_and_resumed(signed_in: Client, action: str, paused: bool) -> None:
    factories.watch(factories.product("B0TEST0001"), paused=not paused)
    factories.watch(factories.product("B0TEST0002"), paused=not paused)

    page = signed_in.post("/watchlist/change", {"action": action, "asin": "B0TEST0001"}, follow=True)

    assert Watch.objects.get(product_id="B0TEST0001").paused is paused
    assert Watch.objects.get(product_id="B0TEST0002").paused is not paused
    assert f"1 product {action}d." in page.content.decode()


def test_removing_keeps_what_is_known(signed_in: Client) -> None:
    watch = factories.watch(factories.product())

    signed_in.post("/watchlist/change", {"action": "remove", "asin": watch.product_id})

    assert not Watch.objects.exists()
    assert Product.objects.filter(pk=watch.product_id).exists()


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"action": "pause"}, "Choose at least one product first."),
        ({"action": "pause", "asin": "B0OTHER000"}, "B0OTHER000 is not on the watchlist any more."),
        ({"action": "explode", "asin": "B0TEST0001"}, "explode is not one of the available choices"),
    ],
)
def test_a_change_that_does_not_fit_changes_nothing(signed_in: Client, form: dict[str, str], message: str) -> None:
    factories.watch(factories.product())

    page = signed_in.post("/watchlist/change", form, follow=True).content.decode()

    assert message in page
    assert not Watch.objects.filter(paused=True).exists()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("?state=paused", "B0TEST0002"),
        ("?state=waiting", "B0TEST0002"),
        ("?tag=toys", "B0TEST0001"),
        ("?q=train", "B0TEST0001"),
        ("?q=b0test0002", "B0TEST0002"),
    ],
)
def test_the_list_is_narrowed(signed_in: Client, address: str, shown: str) -> None:
    factories.watch(factories.product("B0TEST0001")).tags.add(Tag.objects.create(name="toys"))
    factories.watch(factories.product("B0TEST0002", title=""), paused=True)

    page = signed_in.get(f"/watchlist/{address}").content.decode()

    assert [asin for asin in ("B0TEST0001", "B0TEST0002") if f"/products/{asin}/" in page] == [shown]


def test_when_a_product_was_and_will_be_polled(signed_in: Client) -> None:
    product = factories.product()
    factories.watch(product)
    PollTarget.objects.create(product=product, marketplace="DE", due_at=NOON, polled_at=NOON)

    page = signed_in.get("/watchlist/").content.decode()

    assert page.count(">now</time>") == 3


def test_an_empty_watchlist_says_what_to_do(signed_in: Client) -> None:
    assert "Nothing is watched yet. Paste ASINs or Amazon links above." in signed_in.get("/watchlist/").content.decode()


def test_fifty_rows_take_at_most_twelve_queries(signed_in: Client) -> None:
    tag = Tag.objects.create(name="toys")
    for number in range(55):
        factories.watch(factories.product(f"B0TEST{number:04d}")).tags.add(tag)

    with CaptureQueriesContext(connection) as queries:
        signed_in.get("/watchlist/")

    assert len(queries) <= 12
