"""The overview: its figures, its first steps, its banners, and hostile titles."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from arbitrage.figures import figures, unread_count
from arbitrage.models import AlertRead
from ingestion.models import PollRun
from products import services
from products.models import PollTarget
from tests import factories
from tests.factories import NOON

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ settings.SECRET_KEY }}",
    '<a hx-get="/logout/" hx-trigger="load">x</a>',
    "left\u202eright\u0000\u200b",
    "long " * 1000,
]


@pytest.mark.django_db
def test_the_four_figures() -> None:
    factories.product("B0TEST0009")
    factories.opportunity(factories.product("B0TEST0001"), margin=1000, net_eur=936)
    factories.opportunity(
        factories.product("B0TEST0002"), margin=2001, net_eur=1500, opened_at=NOON - timedelta(days=2)
    )

    shown = figures(NOON)

    assert (shown.products, shown.opened, shown.opened_today, shown.margin) == (3, 2, 1, 1500)
    assert shown.best is not None
    assert shown.best.net_eur == 1500


def test_an_empty_installation_shows_its_first_steps(signed_in: Client) -> None:
    page = signed_in.get("/").content.decode()

    assert "Three steps to the first flip" in page
    assert "no open flip" in page


def test_the_first_steps_go_when_they_are_done(signed_in: Client) -> None:
    services.watch(["B0TEST0001"], origin="page", now=NOON)
    PollRun.objects.create(started_at=NOON, marketplace="DE", listings=1, outcome="ok")

    assert "Three steps" not in signed_in.get("/").content.decode()


@pytest.mark.parametrize("path", ["/", "/opportunities/", "/watchlist/", "/alerts/", "/pipeline/"])
def test_every_page_says_that_polling_is_off_without_a_key(signed_in: Client, settings: Settings, path: str) -> None:
    settings.KEEPA_API_KEY = ""

    assert b"Polling is off." in signed_in.get(path).content


def test_the_demo_says_that_prices_are_invented(client: Client, db: None, open_demo: None) -> None:
    page = client.get("/").content.decode()

    assert "Every product and price here is invented" in page
    assert "Polling is off" not in page


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("path", ["/", "/opportunities/", "/watchlist/", "/alerts/", "/products/B0TEST0001/"])
def test_a_hostile_title_is_only_text(signed_in: Client, path: str, title: str) -> None:
    held = title if connection.vendor == "sqlite" else title.replace("\0", "")[:500]  # what the database takes
    product = factories.product(title=held, brand=held[:200], category=held[:200])
    factories.watch(product)
    factories.listing(product, "IT")
    factories.listing(product, "DE")
    factories.alert(factories.opportunity(product))

    page = signed_in.get(path).content.decode()

    assert not any(wrong in page for wrong in ("<script>alert", "<img", "<a hx-get", "\u202e", "\u0000", "long " * 70))
    assert "B0TEST0001" in page


def test_unread_alerts_are_counted_for_each_person(reader: User) -> None:
    alerts = [factories.alert(factories.opportunity(factories.product(f"B0TEST000{n}"))) for n in range(3)]
    AlertRead.objects.create(user=reader, alert=alerts[0], read_at=NOON)

    assert unread_count(reader) == 2


def test_the_first_load_shows_how_far_it_is(signed_in: Client) -> None:
    services.watch(["B0TEST0001"], origin="page", now=NOON)
    PollTarget.objects.filter(marketplace__in=["DE", "IT"]).update(source_minute=1)

    assert "First prices: 2 of 5 listings" in signed_in.get("/").content.decode()
    PollTarget.objects.update(source_minute=1)
    assert "<progress" not in signed_in.get("/").content.decode()


def test_the_overview_takes_at_most_twelve_queries(signed_in: Client) -> None:
    for number in range(50):
        factories.alert(factories.opportunity(factories.product(f"B0TEST{number:04d}")))

    with CaptureQueriesContext(connection) as queries:
        signed_in.get("/")

    assert len(queries) <= 12


def test_the_theme_comes_from_the_cookie_and_only_from_two_words(signed_in: Client) -> None:
    signed_in.cookies["theme"] = "dark"
    assert b'data-theme="dark"' in signed_in.get("/").content
    signed_in.cookies["theme"] = 'x"><script>'
    assert b"data-theme" not in signed_in.get("/").content
