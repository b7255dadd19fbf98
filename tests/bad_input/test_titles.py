"""Hostile words from Amazon, from Keepa's answer to all that shows them: escaped, cut, without hidden characters."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as project

from arbitrage.models import Alert, AlertRule, Opportunity
from ingestion.models import DeadLetter
from products import services
from products.models import Listing, Watch
from tests.bad_input.whole import EVERYWHERE, Whole, command, moment

ASIN = "B0DEMO000F"
"""A product whose flip from Italy to Germany opens and so raises an alert."""
MARKUP = (
    "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"
    '<a hx-get="/logout/" hx-trigger="load">{{ settings.SECRET_KEY }}{% debug %}'
)
HIDDEN = "\u202e\u2066\u200b\u0007\u001b\u0000\u0085"
TITLE = f"{MARKUP}{HIDDEN}gnp.&lt;b&gt; {'A' * 5_000}"
LONGEST = 500

PAGES = [
    "/",
    "/opportunities/",
    "/opportunities/?q=script",
    f"/products/{ASIN}/",
    "/watchlist/",
    "/watchlist/?q=script",
    "/alerts/",
    "/ui/best",
    "/ui/opportunities",
    "/ui/alerts",
    "/ui/alerts/newest",
]
ADMIN = ["products/watch", "products/product", f"products/product/{ASIN}/change"]
WITHOUT_TITLE = ["products/listing", "arbitrage/opportunity", "arbitrage/alert"]
API = ["products", f"products/{ASIN}", "products/watch", "arbitrage", "arbitrage/top", "alerts"]


def hostile(body: bytes) -> bytes:
    """Keepa's answer with hostile words in every product."""
    answer = json.loads(body)
    for product in answer["products"]:
        product |= {"title": TITLE, "brand": TITLE, "categoryTree": [{"catId": 1, "name": TITLE}]}
        product["stats"] = (product["stats"] or {}) | {"buyBoxSellerId": HIDDEN + MARKUP}
    return json.dumps(answer).encode()


@pytest.fixture
def seen(whole: Whole) -> Whole:
    """An installation that polled one hostile product to an alert."""
    services.watch([ASIN], origin=Watch.Origin.PAGE, now=moment(), marketplaces=EVERYWHERE)
    AlertRule.objects.update(min_score=0)
    whole.wire.change = hostile
    assert "5 listings" in whole.poll()
    assert whole.consume() == ""
    assert Alert.objects.filter(product_id=ASIN).exists()
    return whole


def assert_harmless(shown: str) -> None:
    """The title is there as text, cut, and what would act or deceive is not."""
    assert "&lt;script&gt;alert(&#x27;x&#x27;)" in shown
    for active in ("<script>alert", "<img src=x", '<a hx-get="/logout', str(project.SECRET_KEY)):
        assert active not in shown
    assert not set(HIDDEN) & set(shown)
    assert max(map(len, re.findall("A+", shown))) <= LONGEST


def test_every_page_shows_it_as_text(seen: Whole) -> None:
    for path in PAGES:
        response = seen.client.get(path)
        assert response.status_code == 200, path
        assert_harmless(response.content.decode())
        assert "script-src 'self'" in response["Content-Security-Policy"]


def test_the_admin_shows_it_as_text(seen: Whole) -> None:
    for path in [*ADMIN, f"products/listing/{Listing.objects.earliest('pk').pk}/change"]:
        assert_harmless(seen.client.get(f"/admin/{path}/").content.decode())
    for path in WITHOUT_TITLE:
        response = seen.client.get(f"/admin/{path}/?q=script")
        assert response.status_code == 200, path
        assert "<script>alert" not in response.content.decode()


def titles(value: Any) -> Iterator[str]:
    """Every text under `title`, `brand` and `category` in an answer."""
    if isinstance(value, dict):
        for name, found in value.items():
            if name in ("title", "brand", "category") and isinstance(found, str):
                yield found
            yield from titles(found)
    elif isinstance(value, list):
        for found in value:
            yield from titles(found)


def test_the_api_sends_it_as_json_cut_and_without_hidden_characters(seen: Whole) -> None:
    for path in API:
        response = seen.client.get(f"/api/v1/{path}")
        found = list(titles(response.json()))
        assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("application/json", "nosniff")
        assert found, path
        assert all(text.startswith("<script>") and len(text) <= LONGEST for text in found)
        assert not any(set(HIDDEN) & set(text) for text in found)


def test_the_browsable_api_shows_it_as_text(seen: Whole) -> None:
    for path in API:
        response = seen.client.get(f"/api/v1/{path}", headers={"Accept": "text/html"})
        shown = response.content.decode()
        assert response["Content-Type"].startswith("text/html")
        assert "&lt;script&gt;alert" in shown
        assert "<script>alert" not in shown


def test_a_terminal_is_sent_nothing_but_plain_characters(whole: Whole) -> None:
    services.watch([ASIN], origin=Watch.Origin.PAGE, now=moment(), marketplaces=["DE"])
    whole.wire.change = hostile
    whole.faults.plan("huge-price")
    whole.poll()
    whole.consume()

    letter = DeadLetter.objects.get()
    shown = command("dead_letters", "show", str(letter.pk), whole=True) + command("dead_letters", "list")

    assert shown.isascii()
    assert "\\u202e" in shown
    assert "\x1b" not in shown
    assert b"\\u202e" in bytes(letter.value)


def test_the_product_is_found_by_the_words_that_are_left(seen: Whole) -> None:
    assert Opportunity.objects.filter(product_id=ASIN, state="open").exists()
    found = seen.client.get("/api/v1/products?q=gnp").json()
    assert [row["asin"] for row in found["results"]] == [ASIN]
