"""The watchlist over the API: a verdict per entry, once, at once."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from products.models import PollTarget, Watch
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/products/watch"
LINK = "https://www.amazon.de/some-title/dp/B000000002?ref=x"


def post(api: APIClient, *entries: object, **more: object) -> Any:
    return api.post(ADDRESS, {"entries": list(entries), **more})


def test_asins_and_links_are_watched_everywhere(api: APIClient) -> None:
    answer = post(api, "B000000001", LINK)
    assert answer.status_code == 201
    assert [entry["verdict"] for entry in answer.json()["verdicts"]] == ["added", "added"]
    assert set(Watch.objects.values_list("product_id", "origin")) == {("B000000001", "api"), ("B000000002", "api")}
    assert PollTarget.objects.count() == 10


def test_each_entry_has_its_verdict_in_order(api: APIClient) -> None:
    factories.watch(factories.product("B000000001"))
    entries = [
        "B000000001",
        " ",
        "b000000003",
        "B000000003",
        "https://www.amazon.com/dp/B000000004",
        "4006381333931",
        "x",
    ]
    answer = post(api, *entries)
    verdicts = [entry["verdict"] for entry in answer.json()["verdicts"]]
    assert verdicts == ["already", "malformed", "added", "duplicate", "foreign", "ean", "malformed"]
    assert all(entry["message"] for entry in answer.json()["verdicts"])
    counts = {name: answer.json()[name] for name in ("added", "already", "refused")}
    assert counts == {"added": 1, "already": 1, "refused": 4}


def test_nothing_new_is_200(api: APIClient) -> None:
    post(api, "B000000001")
    assert post(api, "B000000001").status_code == 200


def test_an_entry_with_line_breaks_stays_one_entry(api: APIClient) -> None:
    answer = post(api, "B000000001\nB000000002\u2028B000000003", "B000000005")
    assert [entry["verdict"] for entry in answer.json()["verdicts"]] == ["malformed", "added"]


def test_marketplaces_are_kept_in_our_order(api: APIClient) -> None:
    post(api, "B000000001", marketplaces=["UK", "DE", "UK"])
    assert Watch.objects.get().marketplaces == ["DE", "UK"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "entries"),
        ({"entries": []}, "entries"),
        ({"entries": "B000000001"}, "entries"),
        ({"entries": [1.5, None]}, "entries.1"),
        ({"entries": ["x" * 2049]}, "entries.0"),
        ({"entries": ["x"] * 5001}, "entries"),
        ({"entries": ["B000000001"], "marketplaces": ["US"]}, "marketplaces.0"),
        ({"entries": ["B000000001"], "marketplaces": []}, "marketplaces"),
        ({"entries": ["B000000001"], "marketplace": ["DE"]}, "marketplace"),
    ],
)
def test_a_wrong_body_is_named(api: APIClient, body: object, field: str) -> None:
    answer = api.post(ADDRESS, body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not Watch.objects.exists()


def test_half_a_character_is_refused(api: APIClient) -> None:
    answer = api.generic("POST", ADDRESS, r'{"entries": ["\ud800"]}', content_type="application/json")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["entries.0"])


@pytest.mark.parametrize("body", [[], "text", None, 7])
def test_a_body_that_is_no_object_is_refused(api: APIClient, body: object) -> None:
    assert api.post(ADDRESS, body).status_code == 400


def test_the_list_shows_targets_and_stays_within_twelve_queries(
    api: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    post(api, *(f"B00000000{n}" for n in range(9)), marketplaces=["DE", "IT"])
    with django_assert_max_num_queries(12):
        found = api.get(f"{ADDRESS}?page_size=5").json()
    assert (found["count"], len(found["results"])) == (9, 5)
    assert [target["marketplace"] for target in found["results"][0]["targets"]] == ["DE", "IT"]


def test_taking_off_keeps_the_product_and_forgets_the_targets(api: APIClient) -> None:
    post(api, "B000000001", "B000000002")
    answer = api.delete(f"{ADDRESS}?asin=B000000001,B000000009")
    assert (answer.status_code, answer.json()) == (200, {"removed": 1})
    assert list(Watch.objects.values_list("product_id", flat=True)) == ["B000000002"]
    assert api.get("/api/v1/products/B000000001").json()["watched"] == []


@pytest.mark.parametrize(("query", "status"), [("?asin=B000000001", 404), ("", 400), ("?asin=x", 400), ("?asin=", 400)])
def test_what_cannot_be_taken_off_is_said(api: APIClient, query: str, status: int) -> None:
    assert api.delete(ADDRESS + query).status_code == status
