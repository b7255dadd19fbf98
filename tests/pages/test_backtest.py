"""The page that tries a threshold on the past, and the fires in a product's chart."""

import re
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client

from arbitrage.backtest_page import bounded
from arbitrage.models import Alert, Opportunity, SellerProfile
from arbitrage_site.clock import MINUTES_PER_DAY, minute_of
from ingestion.models import LogRecord
from products import series
from products.models import Listing, Product
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
ASIN = "B0TEST0001"


@pytest.fixture
def flip() -> Product:
    """Example 1A, with a past that never moved: bought for 49.99 in IT, sold for 79.99 in DE."""
    SellerProfile.objects.update(inbound=150, prep=0, storage=18)
    product = factories.product(ASIN)
    start = minute_of(NOON) - 400 * MINUTES_PER_DAY
    bought = series.pack({series.NEW: series.series_of(np.array([start]), [4999])})
    factories.listing(product, "IT", 4999, history_base=bought)
    factories.listing(product, "DE", 7999, history_base=factories.history(7999))
    return product


def shown(client: Client, query: str) -> str:
    return client.get(f"/backtest/{query}").content.decode()


def test_looking_at_the_page_runs_nothing(signed_in: Client, flip: Product) -> None:
    page = shown(signed_in, "")
    assert "Choose a threshold and run it" in page
    assert "What became of the fires" not in page


def test_a_run_shows_what_the_threshold_would_have_earned_and_writes_nothing(signed_in: Client, flip: Product) -> None:
    before = (LogRecord.objects.count(), Opportunity.objects.count(), Alert.objects.count())
    page = shown(signed_in, "?run=1&source=IT&target=DE&days=90")
    assert "What became of the fires" in page
    assert "1 of 1 product, 1 route" in page
    assert "It fires from ROI 15 % and net profit 3.00 EUR on." in page
    assert (LogRecord.objects.count(), Opportunity.objects.count(), Alert.objects.count()) == before


def test_a_threshold_out_of_reach_never_fires(signed_in: Client, flip: Product) -> None:
    page = shown(signed_in, "?run=1&min_roi=90")
    assert "It fires from ROI 90 %" in page
    assert "0 of 1 product" in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?run=1&source=IT&target=IT", "A flip needs two marketplaces, not IT twice."),
        ("?run=1&asin=B0NOBODY00", "Nothing is known about B0NOBODY00; watch the product"),
        ("?run=1&min_roi=-3", "Ensure this value is greater than or equal to 0"),
        ("?run=1&asin=" + "+".join(f"B0TEST{number:04d}" for number in range(11)), "11 ASINs; give at most 10"),
        ("?run=1&profile=99999", "Select a valid choice"),
    ],
)
def test_what_cannot_be_tried_is_said(signed_in: Client, flip: Product, query: str, sentence: str) -> None:
    page = shown(signed_in, query)
    assert sentence in page
    assert "What became of the fires" not in page


@pytest.mark.parametrize(
    "given", ["asin=%00", "min_roi=NaN", "min_roi=1e400", "days=abc", "profile=%F0%9F%92%A9", "placebo=x", "source=<b>"]
)
def test_what_makes_no_sense_is_said_and_runs_nothing(signed_in: Client, flip: Product, given: str) -> None:
    page = shown(signed_in, f"?run=1&{given}")
    assert "banner error" in page
    assert "What became of the fires" not in page


def test_one_backtest_runs_at_a_time(signed_in: Client, flip: Product) -> None:
    with bounded._running:
        assert "Another backtest is running here" in shown(signed_in, "?run=1")
    assert "What became of the fires" in shown(signed_in, "?run=1")


def test_without_products_it_says_what_to_do(signed_in: Client) -> None:
    assert "No listing is known yet" in shown(signed_in, "?run=1")


def test_strangers_are_sent_to_the_login_page(client: Client) -> None:
    assert client.get("/backtest/?run=1").status_code == 302


def prices(client: Client, query: str) -> dict[str, Any]:
    return client.get(f"/ui/products/{ASIN}/prices?{query}").json()["fires"] or {}


def test_the_chart_marks_when_the_chosen_flip_would_have_fired(signed_in: Client, flip: Product) -> None:
    found = prices(signed_in, "flip=IT-DE&days=30")
    assert (found["route"], found["count"], found["asked"]) == ("IT to DE", 1, "ROI 15 % and 3.00 EUR")
    [[begin, end]] = found["spans"]
    assert (NOON - timedelta(days=30)).timestamp() * 1000 <= begin < end <= NOON.timestamp() * 1000


@pytest.mark.parametrize("query", ["", "flip=IT-IT", "flip=x", "flip=IT-DE&profile=99999"])
def test_without_a_flip_the_chart_has_no_fires(signed_in: Client, flip: Product, query: str) -> None:
    assert prices(signed_in, query) == {}


def test_a_route_that_is_not_known_never_fired(signed_in: Client, flip: Product) -> None:
    Listing.objects.filter(marketplace="IT").delete()
    assert prices(signed_in, "flip=IT-DE")["count"] == 0


def test_the_product_page_asks_for_its_flip_and_links_to_the_backtest(signed_in: Client, flip: Product) -> None:
    page = signed_in.get(f"/products/{ASIN}/").content.decode()
    assert re.search(r'name="flip"\s+value="IT-DE"', page)
    assert f"/backtest/?asin={ASIN}&amp;source=IT&amp;target=DE&amp;run=1" in page
