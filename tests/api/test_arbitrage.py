"""Opportunities and alerts over the API."""

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from arbitrage.models import AlertRead, Opportunity, PurchaseOverride, SellerProfile
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/arbitrage"
NOWHERE = "00000000-0000-4000-8000-000000000000"


def three_flips() -> None:
    toy = factories.product()
    factories.opportunity(toy, "IT", "DE", score=80, margin=2000, net_eur=900, roi=3000)
    factories.opportunity(toy, "ES", "DE", score=60, margin=1000, net_eur=500, roi=1600)
    drill = factories.product("B0TEST0002", title="Cordless drill")
    factories.opportunity(drill, "FR", "IT", score=90, margin=3000, net_eur=1600, roi=5000)


def routes(api: APIClient, query: str) -> list[str]:
    return [f"{row['source']}-{row['target']}" for row in api.get(f"{ADDRESS}?{query}").json()["results"]]


def test_the_list_has_figures_over_all_its_rows(api: APIClient) -> None:
    three_flips()
    found = api.get(f"{ADDRESS}?page_size=1").json()
    assert found["summary"] == {
        "count": 3,
        "products": 2,
        "average_margin": 2000,
        "average_roi": 3200,
        "average_net_eur": 1000,
        "best_net_eur": 1600,
        "total_net_eur": 3000,
    }
    assert (found["count"], len(found["results"])) == (3, 1)


def test_an_empty_list_has_figures_too(api: APIClient) -> None:
    summary = api.get(f"{ADDRESS}?min_margin=20").json()["summary"]
    assert (summary["count"], summary["average_margin"], summary["total_net_eur"]) == (0, None, 0)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["FR-IT", "IT-DE", "ES-DE"]),
        ("min_margin=20&sort=margin", ["IT-DE", "FR-IT"]),
        ("min_roi=40", ["FR-IT"]),
        ("min_profit=9.00&sort=net", ["IT-DE", "FR-IT"]),
        ("source=ES", ["ES-DE"]),
        ("target=DE&sort=-net", ["IT-DE", "ES-DE"]),
        ("q=drill", ["FR-IT"]),
        ("state=closed", []),
        ("profile=any&sort=-roi", ["FR-IT", "IT-DE", "ES-DE"]),
    ],
)
def test_filters_are_those_of_the_page(api: APIClient, query: str, expected: list[str]) -> None:
    three_flips()
    assert routes(api, query) == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("min_margin=-1", "min_margin"),
        ("min_profit=NaN", "min_profit"),
        ("source=US", "source"),
        ("state=lost", "state"),
        ("sort=luck", "sort"),
        ("profile=mine", "profile"),
        ("page=201&page_size=50", "page"),
        ("page_size=101", "page_size"),
        ("min_margn=5", "min_margn"),
    ],
)
def test_what_the_page_would_pass_over_is_refused_here(api: APIClient, query: str, field: str) -> None:
    answer = api.get(f"{ADDRESS}?{query}")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_the_list_stays_within_twelve_queries(
    api: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    three_flips()
    with django_assert_max_num_queries(12):
        assert api.get(f"{ADDRESS}?max_price=1000&sort=-buy").json()["count"] == 3


def test_the_top_is_as_long_as_asked(api: APIClient) -> None:
    three_flips()
    found = api.get(f"{ADDRESS}/top?limit=2").json()["results"]
    assert [row["score"] for row in found] == [90, 80]
    assert api.get(f"{ADDRESS}/top?limit=0").status_code == 400
    assert api.get(f"{ADDRESS}/top?limit=101").status_code == 400


def test_an_opportunity_is_explained_line_by_line(api: APIClient) -> None:
    toy = factories.product()
    factories.listing(toy, "IT", 4999)
    factories.listing(toy, "DE", 7999)
    found = api.get(f"{ADDRESS}/{factories.opportunity(toy).pk}").json()
    assert found["opportunity"]["source_url"] == "https://www.amazon.it/dp/B0TEST0001"
    flip = found["now"]["flip"]
    assert sum(line["amount"] for line in flip["lines"] if line["kind"] != "info") == flip["net"]
    assert all(line["label"] and line["currency"] == "EUR" for line in flip["lines"])


def test_a_flip_that_cannot_be_priced_says_what_is_missing(api: APIClient) -> None:
    toy = factories.product()
    row = factories.opportunity(toy)
    assert "Keepa has not answered" in api.get(f"{ADDRESS}/{row.pk}").json()["now"]["incomplete"]
    factories.listing(toy, "IT", 4999)
    factories.listing(toy, "DE", 7999, fba_fee=None)
    found = api.get(f"{ADDRESS}/{row.pk}").json()["now"]
    assert (found["flip"], found["incomplete"]) == (None, "It needs the FBA fee in DE (the package has no measures).")


def test_the_purchase_vat_of_the_offer_counts(api: APIClient) -> None:
    toy = factories.product()
    factories.listing(toy, "IT", 4999)
    factories.listing(toy, "DE", 7999)
    PurchaseOverride.objects.create(product=toy, source="IT", mode="GROSS_NOT_RECOVERABLE")
    with_vat = api.get(f"{ADDRESS}/{factories.opportunity(toy).pk}").json()["now"]["flip"]["net"]
    PurchaseOverride.objects.all().delete()
    assert with_vat == api.get(f"{ADDRESS}/{Opportunity.objects.get().pk}").json()["now"]["flip"]["net_if_vat_lost"]


def test_a_profile_that_cannot_be_used_says_why(api: APIClient) -> None:
    toy = factories.product()
    row = factories.opportunity(toy)
    factories.listing(toy, "IT", 4999)
    factories.listing(toy, "DE", 7999)
    SellerProfile.objects.update(fx_spread=2_000_000)
    assert "cannot be used: fx_spread is 2000000" in api.get(f"{ADDRESS}/{row.pk}").json()["now"]["incomplete"]


def test_an_alert_is_marked_read_for_its_reader_alone(api: APIClient, person: User) -> None:
    alert = factories.alert(factories.opportunity(factories.product()))
    assert api.get("/api/v1/alerts?unread=true").json()["count"] == 1
    for _ in range(2):
        assert api.patch(f"/api/v1/alerts/{alert.pk}/read").json()["is_read"] is True
    assert api.get("/api/v1/alerts?unread=true").json()["count"] == 0
    assert AlertRead.objects.get().user == person
    other = APIClient()
    other.force_login(User.objects.create_user("other"))
    assert other.get("/api/v1/alerts?unread=1").json()["count"] == 1


def test_a_read_mark_needs_an_alert_and_a_person(api: APIClient, stranger: APIClient, settings: Settings) -> None:
    assert api.patch(f"/api/v1/alerts/{NOWHERE}/read").status_code == 404
    settings.DEMO = True
    answer = stranger.patch(f"/api/v1/alerts/{NOWHERE}/read")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


def test_the_inbox_stays_within_twelve_queries(
    api: APIClient, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        factories.alert(factories.opportunity(factories.product(f"B00000000{number}")))
    with django_assert_max_num_queries(12):
        found = api.get("/api/v1/alerts").json()
    assert (found["count"], found["results"][0]["source"], found["results"][0]["rule"]) == (5, "IT", "Good flips")
