"""Search in a real Elasticsearch."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.checks import run_checks
from elasticsearch import BadRequestError
from pytest_django import Settings

from arbitrage_site.clock import now
from products.models import Product, Tag
from products.search import SORTS, Search, SearchQuery, get_search
from products.search.documents import documents
from products.search.elastic import deep, search
from products.search.elastic.client import client
from products.search.elastic.mapping import alias, mappings
from products.search.elastic.search import ElasticSearch
from products.search.elastic.state import probe, server_trouble, version_trouble
from products.search.fallback import REFUSED
from products.search.sql import SqlSearch
from products.search.words import searchable
from tests.contracts.search import SearchContract, asins, shelf
from tests.factories import NOON, history, listing, opportunity, product, watch
from tests.services.searching import PATIENCE, SearchAtOnce, fresh_index

ASIN = "B0FULL0001"


@pytest.fixture
def search_index(db: None) -> Iterator[ElasticSearch]:
    with fresh_index():
        yield SearchAtOnce()


class TestElasticSearch(SearchContract):
    """The contract, word for word."""

    @pytest.fixture
    def search(self, search_index: ElasticSearch) -> ElasticSearch:
        return search_index


def source(asin: str) -> dict[str, Any]:
    found: dict[str, Any] = client().get(index=alias(), id=asin)["_source"]
    return found


def test_a_document_read_back_is_the_document_in_every_field(search_index: Search) -> None:
    """Some clients index empty documents without an error (docs/decisions/0010)."""
    best = {"best_score": 78, "best_net": 936, "best_roi": 2203, "best_margin": 1392, "best_source": "IT"}
    row = product(ASIN, eans=["4004122159147"], best_target="DE", is_demo=True, **best)
    listing(row, "DE", 2**40, history_base=history())
    listing(row, "UK", 4200)
    watch(row).tags.add(Tag.objects.create(name="toys"))
    opportunity(row)
    search_index.sync([ASIN])
    read = source(ASIN)
    assert read == documents([ASIN])[ASIN][1]
    assert set(read) == set(mappings()["properties"])
    assert not [name for name, value in read.items() if value in (None, [], {}, "")]


def test_every_declared_field_is_in_the_index(search_index: Search) -> None:
    """What is in the source may still not be in the index: ask for each field that queries use."""
    shelf(search_index)
    row = Product.objects.get(pk="B0KETTLE01")
    watch(row).tags.add(Tag.objects.create(name="toys"))
    opportunity(row)
    Product.objects.update(best_score=1, best_source="IT", best_target="DE", eans=["4004122159147"], best_roi=1)
    search_index.sync(["B0KETTLE01"])
    fields = client().field_caps(index=alias(), fields="*", include_unmapped=False)["fields"]
    searchable_fields = [name for name, kinds in fields.items() if not name.startswith("_") and "object" not in kinds]
    asked = [name for name in searchable_fields if any(kind["searchable"] for kind in fields[name].values())]
    empty = [name for name in asked if not client().count(index=alias(), q=f"_exists_:{name}")["count"]]
    assert len(asked) > 20
    assert [name for name in empty if not re.search(r"\.(IT|ES|FR)\.|\.(amazon|buy_box)$|_index_prefix", name)] == []


@pytest.mark.parametrize("text", ["kettel", "ketle", "wooden kettle", "woodne kettl", "KÉTTLÉ", "kett"])
def test_typos_accents_and_beginnings_are_forgiven(search_index: Search, text: str) -> None:
    product("B0KETTLE02", title="Wooden kettle")
    product("B0OTHER002", title="Metal lamp")
    search_index.sync(["B0KETTLE02", "B0OTHER002"])
    assert asins(search_index, text=text) == ["B0KETTLE02"]


@pytest.mark.parametrize("text", ["mettle", "4004122159148", "b0kettle03", "lmp", "kettle lamp"])
def test_other_words_and_other_numbers_are_not_typos(search_index: Search, text: str) -> None:
    product("B0KETTLE02", title="Wooden kettle", eans=["4004122159147"])
    product("B0OTHER002", title="Metal lamp")
    search_index.sync(["B0KETTLE02", "B0OTHER002"])
    assert asins(search_index, text=text) == []


def test_whoever_spells_right_sees_no_neighbours(search_index: Search) -> None:
    product("B0TABLE001", title="Table")
    product("B0CABLE001", title="Cables")
    product("B0TABLE002", title="Tuble")
    search_index.sync(["B0TABLE001", "B0CABLE001", "B0TABLE002"])
    assert asins(search_index, text="table") == ["B0TABLE001"]
    assert [entry.asin for entry in search_index.suggest("tabel")] == ["B0TABLE001"]


@pytest.fixture
def many(search_index: Search, monkeypatch: pytest.MonkeyPatch) -> Search:
    """47 products where a request reaches ten; a third has no price, a third no title, and some have the same."""
    monkeypatch.setattr(deep, "REACH", 10)
    monkeypatch.setattr(search, "REACH", 10)
    rows = [
        Product(
            asin=f"B0MANY{number:04}",
            title="" if number % 3 == 0 else f"Title {number % 5}",
            search_text=searchable(f"B0MANY{number:04}"),
            best_net=None if number % 3 == 1 else number % 7 - 3,
            best_margin=number % 4,
            created_at=NOON,
            updated_at=NOON + timedelta(microseconds=number % 6),
        )
        for number in range(47)
    ]
    Product.objects.bulk_create(rows)
    for row in rows[::3]:
        listing(row, "DE", int(row.asin[-2:]) % 9)
    search_index.sync([row.asin for row in rows])
    return search_index


@pytest.mark.parametrize("sort", SORTS)
def test_pages_beyond_the_reach_of_a_request_are_those_of_the_database(many: Search, sort: str) -> None:
    for number in range(1, 12):
        query = SearchQuery(sort=sort, page=number, page_size=5)
        found, expected = many.find(query), SqlSearch().find(query)
        assert [hit.asin for hit in found.hits] == [hit.asin for hit in expected.hits]
        assert (found.total, found.facets) == (expected.total, expected.facets)


def test_hits_are_those_of_the_database_in_every_field(search_index: Search) -> None:
    shelf(search_index)
    for query in (SearchQuery(), SearchQuery(marketplace="UK"), SearchQuery(currency="GBP", max_price=2000)):
        assert search_index.find(query) == SqlSearch().find(query)


def test_a_mapping_of_another_version_is_told_with_what_to_do(search_index: Search, db: None) -> None:
    other = mappings()
    other["properties"] = {**other["properties"], "best_net": {"type": "keyword"}}
    assert server_trouble() == ""
    client().indices.delete(index=f"{next(iter(client().indices.get(index=alias())))}")
    with fresh_index(mappings=other):
        found = [str(message.msg) for message in run_checks(tags=["services"], include_deployment_checks=True)]
        wanted = "other fields than this version writes: run manage.py search_rebuild"
        assert any(wanted in message for message in found), found
        assert "other fields" in probe(now()).detail


def test_an_index_whose_fields_do_not_fit_is_answered_from_the_database(db: None) -> None:
    product(ASIN)
    other = mappings()
    other["properties"] = {name: kind for name, kind in other["properties"].items() if name != "asin"}
    with fresh_index(mappings=other):
        page = get_search().find(SearchQuery())
    assert [hit.asin for hit in page.hits] == [ASIN]
    assert page.notice == REFUSED


def test_without_an_index_the_check_says_how_to_make_one(db: None) -> None:
    assert server_trouble() == "The search index is missing: run manage.py search_rebuild."
    assert probe(now()).status == "degraded"


def test_a_server_of_another_major_version_is_told(settings: Settings) -> None:
    settings.ELASTICSEARCH_URL = "http://user:hush@search.example:9200"
    assert version_trouble({"9.5.3", "9.0.0"}) == ""
    expected = "Elasticsearch at search.example:9200 has version 8.19.1; this client needs 9."
    assert version_trouble({"9.5.3", "8.19.1"}) == expected


def test_tls_against_a_plain_server_is_told(settings: Settings) -> None:
    settings.ELASTICSEARCH_URL = settings.ELASTICSEARCH_URL.replace("http://", "https://")
    assert "write http:// if it speaks plain HTTP" in server_trouble(seconds=PATIENCE)


def test_what_is_not_declared_is_refused(search_index: Search) -> None:
    with pytest.raises(BadRequestError, match="strict_dynamic_mapping"):
        client().index(index=alias(), id="x", document={"asin": "x", "colour": "red"})
