"""Survival over the API."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests import factories
from tests.factories import NOON


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("arbitrage_site.clock.now", lambda: NOON)


@pytest.mark.django_db
def test_shares_come_with_sample_sizes(api: APIClient) -> None:
    for number in range(20):
        given: dict[str, Any] = {
            "state": "closed",
            "close_reason": "target_fell",
            "closed_at": NOON - timedelta(hours=1),
        }
        factories.opportunity(factories.product(f"B0TEST{number:04d}"), **given)

    row = api.get("/api/v1/arbitrage/survival").json()["results"][1]

    assert (row["source"], row["target"], row["count"], row["ended"]) == ("IT", "DE", 20, 20)
    assert row["median_minutes"] == 120
    assert [reading["share"] for reading in row["readings"]] == [10_000, 0, 0, 0, 0]


@pytest.mark.django_db
def test_too_little_data_is_said(api: APIClient) -> None:
    factories.opportunity(factories.product())

    row = api.get("/api/v1/arbitrage/survival?by=both").json()["results"][1]

    assert "too little data" in row["note"]
    assert row["readings"][0]["share"] is None


@pytest.mark.django_db
def test_a_wrong_grouping_is_named(api: APIClient) -> None:
    answer = api.get("/api/v1/arbitrage/survival?by=moon")

    assert answer.status_code == 400
    assert "by" in answer.json()["fields"]
