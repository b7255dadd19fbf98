"""Documents agree with the rows they are made of."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test.utils import CaptureQueriesContext

from arbitrage_site.clock import minute_of
from products.marketplaces import CODES
from products.models import Listing, Tag
from products.search.documents import Document, documents
from products.search.elastic.mapping import mappings
from tests.factories import NOON, history, listing, opportunity, product, profile, watch

ASIN = "B0FULL0001"


@pytest.fixture
def full(db: None) -> Document:
    """The document of a product that has everything."""
    row = product(
        ASIN, eans=["4004122159147"], best_score=78, best_net=936, best_roi=2203, best_margin=1392, document_version=7
    )
    listing(row, "UK", 4200, amazon=4500)
    listing(row, "DE", 7999, history_base=history(7999))
    listing(row, "FR", 100, new=None, buy_box=None)
    watch(row).tags.add(Tag.objects.create(name="toys"), Tag.objects.create(name="autumn"))
    opportunity(row, "UK", "DE", score=60)
    opportunity(row, "IT", "DE", score=70)
    opportunity(row, "IT", "FR", profile=profile("another"))
    opportunity(row, "DE", "IT", state="closed", closed_at=NOON)
    version, document = documents([ASIN])[ASIN]
    assert version == document["document_version"] == 7
    return document


def test_prices_are_minor_units_by_marketplace(full: Document) -> None:
    minute = minute_of(NOON) - 5
    assert full["current_prices"]["UK"] == {
        "currency": "GBP",
        "new": 4200,
        "amazon": 4500,
        "buy_box": 4200,
        "in_stock": True,
        "rank": 1200,
        "offers": 4,
        "source_minute": minute,
    }
    assert full["marketplaces"] == list(full["current_prices"]) == ["DE", "UK", "FR"]
    assert full["in_stock"] == ["DE", "UK"]
    assert full["lowest_new"] == {"EUR": 7999, "GBP": 4200}


def test_history_is_thirty_closes_up_to_the_newest_snapshot(full: Document) -> None:
    (month,) = full["price_history"]
    assert (month["marketplace"], month["currency"]) == ("DE", "EUR")
    assert month["first_day"] == (NOON - timedelta(days=29)).date().isoformat()
    assert len(month["closes"]) == 30
    assert set(month["closes"]) <= {7999, 8009, 8019}


def test_scores_are_the_open_flips_of_the_default_profile(full: Document) -> None:
    assert [(flip["source"], flip["target"], flip["score"]) for flip in full["arbitrage_scores"]] == [
        ("IT", "DE", 70),
        ("UK", "DE", 60),
    ]
    assert full["arbitrage_scores"][0]["net_eur"] == 936


def test_every_field_is_declared_and_every_declared_field_is_there(full: Document) -> None:
    """The index refuses what is not declared; what is declared and never filled would mislead."""
    _same_names(full, mappings()["properties"])


def _same_names(part: Document, declared: Document) -> None:
    for name, value in part.items():
        nested = declared[name].get("properties")
        for entry in value if isinstance(value, list) else [value]:
            if nested and name != "current_prices":
                assert set(entry) == set(nested)
    assert set(part) == set(declared)


def test_the_contract_names_every_field() -> None:
    page = (settings.BASE_DIR / "docs/contracts/ELASTICSEARCH_SCHEMA.md").read_text()
    assert [name for name in _names(mappings()["properties"]) if f"`{name}`" not in page.replace("`.", "`")] == []


def _names(declared: Document) -> Iterator[str]:
    for name, kind in declared.items():
        if name in CODES:
            yield from _names(kind["properties"])
        elif name == "current_prices":
            yield from ("current_prices.<marketplace>", *_names(kind["properties"]))
        elif name == "lowest_new":
            yield from ("lowest_new.EUR", "GBP")
        else:
            yield from (name, *_names(kind.get("properties", {})))


def test_a_document_is_json_and_the_same_each_time(full: Document) -> None:
    assert json.loads(json.dumps(full)) == full
    assert documents([ASIN])[ASIN] == (7, full)
    assert full["tags"] == ["autumn", "toys"]
    assert full["updated_at"] == "2026-11-20T12:00:00+00:00"


def looked_at(document: Document, minute: int) -> Document:
    """The document of rows whose German listing was last looked at at `minute`, told of the looks of another one."""
    Listing.objects.filter(marketplace="DE").update(source_minute=minute)
    looked = {ASIN: {code: price["source_minute"] for code, price in document["current_prices"].items()}}
    return documents([ASIN], looked)[ASIN][1]


def test_a_document_is_made_again_as_it_was_before_looks_that_found_nothing_new(full: Document) -> None:
    later = looked_at(full, minute_of(NOON) + 3 * 1440)
    assert later == full != documents([ASIN])[ASIN][1]


def test_a_look_that_the_row_does_not_know_of_is_not_believed(full: Document) -> None:
    earlier = looked_at(full, minute_of(NOON) - 3 * 1440)
    assert earlier == documents([ASIN])[ASIN][1] != full


@pytest.mark.django_db
def test_empty_words_are_null_so_that_they_are_no_value() -> None:
    product("B0BARE0001", title="", brand="", category="")
    document = documents(["B0BARE0001"])["B0BARE0001"][1]
    assert document["title"] == ""
    assert [document[name] for name in ("brand", "category", "sort_title", "best_source")] == [None] * 4
    assert document["lowest_new"] == {"EUR": None, "GBP": None}


@pytest.mark.django_db
def test_reads_in_four_queries_and_leaves_out_what_is_gone(django_assert_num_queries: CaptureQueriesContext) -> None:
    for number in range(5):
        listing(product(f"B0MANY000{number}"), "DE", history_base=history())
    with django_assert_num_queries(4):  # type: ignore[operator]  # a factory of contexts; pytest-django has no name for it
        found = documents([f"B0MANY000{number}" for number in range(9)])
    assert len(found) == 5
