"""The list of opportunities: filters, order, pages, and what it says about wrong parameters."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arbitrage.forms import OpportunityFilter
from arbitrage.models import Opportunity
from arbitrage.querysets import OpportunityQuery, opportunities
from tests import factories
from tests.factories import NOON


def found(**parameters: str) -> list[str]:
    """The ASINs that an address lists, in order."""
    return [row.product_id for row in opportunities(OpportunityFilter(parameters).query())]


def flip(number: int, source: str = "IT", target: str = "DE", **given: object) -> Opportunity:
    words = {"title": given.pop("title", f"Product {number}"), "category": given.pop("category", "Toys")}
    return factories.opportunity(factories.product(f"B0TEST{number:04d}", **words), source, target, **given)


@pytest.mark.django_db
def test_best_score_comes_first() -> None:
    flip(1, score=50)
    flip(2, score=90)

    assert found() == ["B0TEST0002", "B0TEST0001"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"source": "IT"}, ["B0TEST0001"]),
        ({"target": "UK"}, ["B0TEST0002"]),
        ({"marketplace": "DE"}, ["B0TEST0001", "B0TEST0002"]),
        ({"category": "Kitchen"}, ["B0TEST0002"]),
        ({"min_margin": "20"}, ["B0TEST0002"]),
        ({"min_profit": "9.36"}, ["B0TEST0001"]),
        ({"min_roi": "22.03"}, ["B0TEST0001"]),
        ({"min_score": "78"}, ["B0TEST0001"]),
        ({"estimates": "hide"}, ["B0TEST0001"]),
        ({"q": "tRain"}, ["B0TEST0001"]),
        ({"q": "b0test0002"}, ["B0TEST0002"]),
        ({"q": "train kettle"}, []),
        ({"q": "tra woo"}, ["B0TEST0001"]),
        ({"q": "!?"}, []),
        ({"q": "KÉTTLE"}, ["B0TEST0002"]),
        ({"sort": "net"}, ["B0TEST0002", "B0TEST0001"]),
        ({"sort": "-title"}, ["B0TEST0001", "B0TEST0002"]),
    ],
)
def test_filters_and_orders(parameters: dict[str, str], expected: list[str]) -> None:
    flip(1, title="Wooden train", score=80)
    cheaper = {"margin": 2100, "net_eur": 500, "roi": 1600, "score": 60, "is_estimate": True}
    flip(2, "DE", "UK", title="Kettle", category="Kitchen", **cheaper)

    assert found(**parameters) == expected


@pytest.mark.django_db
def test_a_price_limit_holds_in_euro_for_pounds_too() -> None:
    factories.fx("0.80", day=NOON + timedelta(days=30))
    flip(1, "UK", "DE", buy_price=4000)
    flip(2, "IT", "DE", buy_price=5000)

    assert sorted(found(max_price="50")) == ["B0TEST0001", "B0TEST0002"]
    assert found(max_price="49.99") == []


@pytest.mark.django_db
def test_sorting_by_price_compares_in_euro() -> None:
    factories.fx("0.80", day=NOON + timedelta(days=30))
    flip(1, "UK", "DE", buy_price=4500)
    flip(2, "IT", "DE", buy_price=5000)

    assert found(sort="buy") == ["B0TEST0002", "B0TEST0001"]


@pytest.mark.django_db
def test_closed_ones_are_listed_only_when_asked_for() -> None:
    flip(1, state="closed", close_reason="stale", closed_at=NOON)
    flip(2, score=20)

    assert found() == ["B0TEST0002"]
    assert found(state="closed") == ["B0TEST0001"]
    assert found(state="all") == ["B0TEST0001", "B0TEST0002"]


@pytest.mark.django_db
def test_only_the_default_profile_is_listed_unless_another_is_named() -> None:
    other = factories.profile("Four registrations", is_default=False)
    flip(1)
    flip(2, profile=other)

    assert found() == ["B0TEST0001"]
    assert found(profile=str(other.pk)) == ["B0TEST0002"]
    assert sorted(found(profile="any")) == ["B0TEST0001", "B0TEST0002"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        {"source": "US"},
        {"min_margin": "-1"},
        {"min_margin": "NaN"},
        {"max_price": "1e400"},
        {"min_score": "nine"},
        {"sort": "password"},
        {"page": "0"},
        {"profile": "²"},
        {"q": "x" * 201},
    ],
)
def test_a_wrong_parameter_is_named_and_left_out(wrong: dict[str, str]) -> None:
    form = OpportunityFilter(wrong)

    assert form.query() == OpportunityQuery()
    assert list(form.errors) == list(wrong)


def test_the_page_says_which_parameter_was_left_out(signed_in: Client) -> None:
    response = signed_in.get("/opportunities/", {"source": "US"})

    assert response.status_code == 200
    assert "source: Select a valid choice. US is not one of the available choices. It was left out." in (
        response.content.decode()
    )


def test_an_address_has_a_fixed_order_and_no_defaults() -> None:
    query = OpportunityFilter({"sort": "-net", "min_roi": "20.00", "q": "a&b", "state": "open"}).query()

    assert query.address() == "q=a%26b&min_roi=20&sort=-net"


def test_an_address_leads_to_the_same_list() -> None:
    query = OpportunityQuery(q="x", source="IT", min_score=40, state="all", profile="any", page=3)

    assert OpportunityFilter(dict(pair.split("=") for pair in query.address().split("&"))).query() == query


def test_a_header_sorts_down_then_up_then_not() -> None:
    down = OpportunityQuery(sort=OpportunityQuery().sorted_by("net"))
    up = OpportunityQuery(sort=down.sorted_by("net"))

    assert (down.sort, up.sort, up.sorted_by("net")) == ("-net", "net", "-score")


def test_one_header_says_how_the_list_is_sorted(signed_in: Client) -> None:
    flip(1)

    page = signed_in.get("/opportunities/?sort=net").content.decode()

    assert page.count("aria-sort=") == 1
    assert 'aria-sort="ascending"' in page


def test_a_row_links_to_both_amazon_pages(signed_in: Client) -> None:
    flip(1, "IT", "UK")

    page = signed_in.get("/opportunities/").content.decode()

    assert 'href="https://www.amazon.it/dp/B0TEST0001" target="_blank" rel="noopener noreferrer"' in page
    assert 'href="https://www.amazon.co.uk/dp/B0TEST0001"' in page


def test_pages_keep_the_filters(signed_in: Client) -> None:
    for number in range(60):
        flip(number)

    page = signed_in.get("/opportunities/?source=IT").content.decode()

    assert "1 to 50 shown" in page
    assert 'href="?source=IT&amp;page=2"' in page


def test_deep_pages_are_refused_with_advice(signed_in: Client) -> None:
    flip(1)

    assert "Narrow the list with a filter" in signed_in.get("/opportunities/?page=300").content.decode()


def test_nothing_found_offers_to_clear_the_filters(signed_in: Client) -> None:
    assert "No opportunity matches" in signed_in.get("/opportunities/?q=nothing").content.decode()


def test_page_and_fragment_show_the_same_table(signed_in: Client) -> None:
    flip(1)

    fragment = signed_in.get("/ui/opportunities?source=IT").content.decode()

    assert fragment.strip() in signed_in.get("/opportunities/?source=IT").content.decode()


def test_a_choice_moves_the_address_and_a_refresh_does_not(signed_in: Client) -> None:
    chosen = signed_in.get("/ui/opportunities?source=IT&sort=-score&page=1")
    refreshed = signed_in.get("/ui/opportunities?source=IT", headers={"HX-Trigger": "opportunities"})

    assert chosen["HX-Push-Url"] == "/opportunities/?source=IT"
    assert "HX-Push-Url" not in refreshed


def test_fifty_rows_take_at_most_twelve_queries(signed_in: Client) -> None:
    factories.fx()
    for number in range(55):
        flip(number)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        signed_in.get("/opportunities/?sort=buy&max_price=100")

    assert len(queries) <= 12


def test_ages_are_spoken(signed_in: Client) -> None:
    flip(1, evaluated_at=NOON - timedelta(minutes=42))

    assert "42 min ago" in signed_in.get("/opportunities/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("sort", ["chance", "per_day"])
def test_an_unknown_risk_comes_last_either_way(sort: str) -> None:
    for number, figure in enumerate((None, 900, 400), start=1):
        flip(number, "IT", "DE", chance=figure, profit_per_day=figure)

    assert found(sort=f"-{sort}") == ["B0TEST0002", "B0TEST0003", "B0TEST0001"]
    assert found(sort=sort) == ["B0TEST0003", "B0TEST0002", "B0TEST0001"]


def test_a_turnover_near_its_limit_is_said(signed_in: Client) -> None:
    small = factories.default_profile()
    small.regime, small.turnover_prior, small.turnover_current = "SMALL_BUSINESS", 2_400_000, 0
    small.save()
    assert "is near: 24000.00 EUR so far." in signed_in.get("/opportunities/").content.decode()
    assert "is near" not in signed_in.get("/opportunities/?profile=any").content.decode()
