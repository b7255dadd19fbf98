"""What Elasticsearch is asked, without asking it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st
from pytest_django import Settings

from products.marketplaces import CODES
from products.search import SORTS, SearchQuery
from products.search.base import CURRENCIES, MOST_PER_PAGE
from products.search.elastic.conditions import NOTHING, bears_typos, worded
from products.search.elastic.deep import REACH, page_entries
from products.search.elastic.find import Filters, facet_bodies, filters, hits_body, order
from products.search.elastic.mapping import alias, concrete, index_settings, mappings
from products.search.elastic.state import same_mapping

CORE_TYPES = {"keyword", "text", "long", "boolean", "date_nanos", "object"}
CLAUSES = {"term", "prefix", "fuzzy", "range", "exists", "bool", "match_none"}


def queries() -> st.SearchStrategy[SearchQuery]:
    return st.builds(
        SearchQuery,
        text=st.text(max_size=60) | st.sampled_from(["", "wooden tra", "kettle", "4004122159147", "%"]),
        marketplace=st.none() | st.sampled_from(CODES),
        category=st.text(max_size=20),
        brand=st.text(max_size=20),
        min_margin=st.none() | st.integers(),
        min_roi=st.none() | st.integers(),
        max_price=st.none() | st.integers(),
        currency=st.sampled_from(CURRENCIES),
        in_stock=st.booleans(),
        sort=st.sampled_from(SORTS),
        page=st.integers(1, 10**7),
        page_size=st.integers(1, MOST_PER_PAGE),
    )


@bounded(max_examples=100, deadline=None)
@given(query=queries(), tolerant=st.booleans())
def test_any_query_is_json_of_known_clauses_and_counts_each_facet_once(query: SearchQuery, tolerant: bool) -> None:
    wanted = filters(query, tolerant=tolerant)
    bodies = [hits_body(query, wanted, start=0, size=20), *facet_bodies(query, wanted)]
    assert json.loads(json.dumps(bodies)) == bodies
    assert {kind for clause in wanted.hits for kind in clause} <= CLAUSES
    assert sorted(name for body in bodies for name in body.get("aggs", {})) == ["brand", "category", "marketplace"]


def test_without_filters_all_facets_are_one_search() -> None:
    query = SearchQuery(text="kettle", min_margin=100)
    assert len(facet_bodies(query, filters(query))) == 1


def test_each_facet_leaves_its_own_filter_aside() -> None:
    query = SearchQuery(category="Toys", brand="Acme", marketplace="UK")
    toys, acme, uk = {"term": {"category": "Toys"}}, {"term": {"brand": "Acme"}}, {"term": {"marketplaces": "UK"}}
    wanted = filters(query)
    assert wanted == Filters(
        hits=[toys, acme, uk], facets={"category": [acme, uk], "brand": [toys, uk], "marketplace": [toys, acme]}
    )
    assert len(facet_bodies(query, wanted)) == 3


@pytest.mark.parametrize(
    ("query", "here", "anywhere", "counted"),
    [
        ({}, [], [], {"terms": {"field": "marketplaces", "size": 5}}),
        ({"in_stock": True}, ["in_stock"], ["in_stock"], {"terms": {"field": "in_stock", "size": 5}}),
        ({"marketplace": "UK", "in_stock": True}, ["in_stock"], ["in_stock"], None),
        ({"max_price": 9}, ["lowest_new.EUR"], ["lowest_new.EUR"], None),
        ({"max_price": 9, "currency": "GBP", "in_stock": True}, ["lowest_new.GBP"], ["lowest_new.GBP"], None),
        ({"max_price": 9, "marketplace": "UK"}, ["current_prices.UK.new"], ["lowest_new.GBP"], None),
    ],
)
def test_price_and_stock_look_where_the_query_looks(
    query: dict[str, Any], here: list[str], anywhere: list[str], counted: Mapping[str, Any] | None
) -> None:
    asked = SearchQuery(**query)
    wanted = filters(asked)
    assert [fields(clause) for clause in wanted.hits] == here
    assert [fields(clause) for clause in wanted.facets["marketplace"]] == anywhere
    if counted:
        assert facet_bodies(asked, wanted)[-1]["aggs"]["marketplace"] == counted


def fields(clause: Mapping[str, Any]) -> str:
    ((kind, given),) = clause.items()
    return str(given["field"] if kind == "exists" else next(iter(given)))


def test_a_price_counts_marketplaces_of_its_currency_alone() -> None:
    query = SearchQuery(max_price=900, currency="GBP")
    counted = facet_bodies(query, filters(query))[-1]["aggs"]["marketplace"]["filters"]["filters"]
    assert counted == {"UK": {"range": {"current_prices.UK.new": {"lte": 900}}}}


def test_typos_are_borne_in_long_words_of_letters_only() -> None:
    words = ["wooden", "set", "b0kettle01", "traiin"]
    whole, short, code, last = worded(words, tolerant=True)
    assert whole["fuzzy"]["search_text"]["prefix_length"] == 1
    assert (short, code) == ({"term": {"search_text": "set"}}, {"term": {"search_text": "b0kettle01"}})
    assert [next(iter(clause)) for clause in last["bool"]["should"]] == ["prefix", "fuzzy"]
    assert not any("fuzzy" in json.dumps(clause) for clause in worded(words, tolerant=False))
    assert not bears_typos(["set", "b0kettle01", "4004122159147"])


def test_no_words_no_products_and_only_the_first_dozen_words() -> None:
    assert worded([], tolerant=False) == [NOTHING]
    assert len(worded([f"w{number}" for number in range(90)], tolerant=True)) == 12


def test_what_has_no_value_comes_last_and_backwards_is_the_mirror() -> None:
    query = SearchQuery(sort="-net")
    assert order(query) == [{"best_net": {"order": "desc", "missing": "_last"}}, {"asin": "asc"}]
    assert order(query, backwards=True) == [{"best_net": {"order": "asc", "missing": "_first"}}, {"asin": "desc"}]


@bounded(max_examples=200, deadline=None)
@given(
    strides=st.integers(0, 3),
    beside=st.integers(-120, 120),
    behind=st.integers(1, 2 * REACH) | st.integers(REACH - 120, REACH + 120),
    size=st.integers(1, 100),
)
def test_a_deep_page_is_reached_from_either_end_in_strides(strides: int, beside: int, behind: int, size: int) -> None:
    """The index of numbers answers as a server does: by place near an end, else behind a key."""
    start = max(0, strides * REACH + beside)
    total = start + behind
    asked: list[dict[str, Any]] = []

    def ask(body: dict[str, Any]) -> list[dict[str, Any]]:
        asked.append(body)
        backwards = body["sort"][1]["asin"] == "desc"
        begin = body.get("from", 0)
        if "search_after" in body:
            after = int(body["search_after"][0])
            begin = total - after if backwards else after + 1
        assert body.get("from", 0) + body["size"] <= REACH
        places = range(begin, min(begin + body["size"], total))
        return [{"sort": [total - 1 - at if backwards else at]} for at in places]

    entries = page_entries(ask, SearchQuery(page_size=size), Filters([], {}), start=start, total=total)
    assert [entry["sort"][0] for entry in entries] == list(range(start, min(start + size, total)))
    assert len(asked) <= total // 2 // REACH + 2


def test_the_index_needs_the_core_of_the_server_alone() -> None:
    def kinds(properties: Mapping[str, Any]) -> set[str]:
        found = {entry.get("type", "object") for entry in properties.values()}
        return found.union(*(kinds(entry.get("properties", {})) for entry in properties.values()))

    assert mappings()["dynamic"] == "strict"
    assert kinds(mappings()["properties"]) <= CORE_TYPES
    assert "analysis" not in index_settings()


def test_mappings_are_compared_by_what_they_mean() -> None:
    ours = mappings()
    assert same_mapping(mappings(), ours)
    for name in ("asin", "search_text", "lowest_new"):
        assert not same_mapping({**ours, "properties": {**ours["properties"], name: {"type": "boolean"}}}, ours)
    assert not same_mapping({**ours, "dynamic": "true"}, ours)
    live = {"properties": {"a": {"properties": {}}, "b": {"type": "object", "enabled": "false"}}}
    declared = {"properties": {"a": {"type": "object", "properties": {}}, "b": {"type": "object", "enabled": False}}}
    assert same_mapping(live, declared)


def test_names_carry_the_prefix_of_the_installation(settings: Settings) -> None:
    settings.ELASTICSEARCH_INDEX_PREFIX = "shop-"
    assert (alias(), concrete("20261124")) == ("shop-products", "shop-products-20261124")
