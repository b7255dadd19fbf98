"""Products and their series over the API."""

from datetime import timedelta

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from arbitrage_site import clock
from products import series
from products.models import Listing
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/products"
DAY = clock.MINUTES_PER_DAY


def asins(api: APIClient, query: str) -> list[str]:
    return [row["asin"] for row in api.get(f"{ADDRESS}?{query}").json()["results"]]


def three_products() -> None:
    for number, margin in enumerate((500, 1500, 2500), start=1):
        best = {"best_score": 70, "best_net": 900, "best_roi": 2000, "best_source": "IT", "best_target": "DE"}
        moment = factories.NOON + timedelta(minutes=number)
        row = factories.product(f"B00000000{number}", best_margin=margin, updated_at=moment, **best)
        factories.listing(row, "DE", 1000 * number)
        factories.listing(row, "UK", 3000)


def test_the_newest_come_first_in_pages_of_twenty(api: APIClient) -> None:
    three_products()
    found = api.get(ADDRESS).json()
    assert [row["asin"] for row in found["results"]] == ["B000000003", "B000000002", "B000000001"]
    assert (found["count"], found["page"], found["page_size"], found["pages"]) == (3, 1, 20, 1)
    assert (found["next"], found["previous"]) == (None, None)


def test_pages_link_to_each_other(api: APIClient) -> None:
    three_products()
    second = api.get(f"{ADDRESS}?page=2&page_size=1&sort_by=margin_asc").json()
    assert [row["asin"] for row in second["results"]] == ["B000000002"]
    assert second["next"].endswith("page=3&page_size=1&sort_by=margin_asc")
    assert "page=1" not in second["previous"].replace("page_size=1", "")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("min_margin=15&sort_by=margin_asc", ["B000000002", "B000000003"]),
        ("min_margin=0&sort_by=margin_desc", ["B000000003", "B000000002", "B000000001"]),
        ("marketplace=DE&max_price=20&sort_by=price_asc", ["B000000001", "B000000002"]),
        ("max_price=29.99&currency=GBP", []),
        ("marketplace=UK&max_price=30&currency=GBP&page_size=1", ["B000000003"]),
        ("marketplace=FR", []),
        ("category=Toys&brand=Acme&q=train&page_size=1&sort_by=updated_asc", ["B000000001"]),
        ("q=zeppelin", []),
    ],
)
def test_filters_and_orders(api: APIClient, query: str, expected: list[str]) -> None:
    three_products()
    assert asins(api, query) == expected


def test_a_list_of_products_stays_within_twelve_queries(
    api: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    three_products()
    with django_assert_max_num_queries(12):
        assert api.get(f"{ADDRESS}?marketplace=DE&max_price=100&q=train").json()["count"] == 3


def test_a_product_shows_its_listings_best_flip_and_watch(api: APIClient) -> None:
    three_products()
    factories.watch(factories.product("B000000009"), marketplaces=["DE"])
    found = api.get(f"{ADDRESS}/B000000002").json()
    assert [row["marketplace"] for row in found["listings"]] == ["DE", "UK"]
    assert found["listings"][1]["url"] == "https://www.amazon.co.uk/dp/B000000002"
    assert (found["best"]["margin"], found["watched"]) == (1500, [])
    bare = api.get(f"{ADDRESS}/B000000009").json()
    assert (bare["best"], bare["watched"]) == (None, ["DE"])


def listing_with_history(points: int, *, gap: bool = False) -> Listing:
    end = clock.minute_of(clock.now()) - 5
    minutes = np.arange(end - points + 1, end + 1)
    values = 1000 + np.arange(points) % 97
    if gap:
        values[points // 2] = -1
    history = {series.NEW: series.series_of(minutes, values)}
    row = factories.product()
    return factories.listing(row, "DE", source_minute=end + 3, history_base=series.pack(history))


def series_of(api: APIClient, query: str = "") -> dict[str, object]:
    found: dict[str, object] = api.get(f"{ADDRESS}/B0TEST0001/series?{query}").json()
    return found


def test_a_series_is_thinned_to_400_points_and_keeps_its_gap(api: APIClient) -> None:
    listing_with_history(5000, gap=True)
    (line,) = api.get(f"{ADDRESS}/B0TEST0001/series").json()["series"]
    assert len(line["times"]) == len(line["values"]) <= 400
    assert line["points"] == 5001
    assert None in line["values"]
    assert {1000, 1096} <= set(line["values"])


def test_a_series_is_held_to_the_last_observation(api: APIClient) -> None:
    listing = listing_with_history(3)
    (line,) = api.get(f"{ADDRESS}/B0TEST0001/series?kind=new").json()["series"]
    assert line["times"][-1] == (listing.source_minute + clock.KEEPA_EPOCH_MINUTES) * 60
    assert line["values"][-2:] == [1002, 1002]


def test_a_window_begins_with_the_value_then_in_force(api: APIClient) -> None:
    listing_with_history(100)
    since = clock.moment_of(clock.minute_of(clock.now()) - 20).isoformat().replace("+00:00", "Z")
    (line,) = api.get(f"{ADDRESS}/B0TEST0001/series?from={since}").json()["series"]
    assert len(line["times"]) < 25
    assert line["values"][0] is not None


def test_an_unchanged_series_is_answered_with_304(api: APIClient) -> None:
    listing = listing_with_history(10)
    first = api.get(f"{ADDRESS}/B0TEST0001/series")
    again = api.get(f"{ADDRESS}/B0TEST0001/series", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert first["Cache-Control"] == "private, no-cache"
    Listing.objects.filter(pk=listing.pk).update(source_minute=listing.source_minute + 1)
    assert api.get(f"{ADDRESS}/B0TEST0001/series", HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


@pytest.mark.parametrize("kind", ["rank", "buy_box"])
def test_a_kind_without_points_is_an_empty_list(api: APIClient, kind: str) -> None:
    listing_with_history(10)
    assert series_of(api, f"kind={kind}")["series"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("kind=used", "kind"),
        ("from=yesterday", "from"),
        ("from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from"),
        ("from=9999-01-01T00:00:00Z", "from"),
        ("to=0001-01-01T00:00:00Z", "from"),
    ],
)
def test_a_window_that_cannot_be_is_refused(api: APIClient, query: str, field: str) -> None:
    factories.product()
    answer = api.get(f"{ADDRESS}/B0TEST0001/series?{query}")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
