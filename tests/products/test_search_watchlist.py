"""The search box of the watchlist: what it finds in Elasticsearch, what it says without it, and how it completes."""

import json
from typing import Any

import pytest
from django.test import Client

from products import querysets
from products.search.fallback import NOTICE
from tests import factories
from tests.products.elastic_server import EMPTY, ScriptedServer

pytestmark = pytest.mark.django_db

HOSTILE = '"><img src=x onerror=alert(1)>\u202e'


@pytest.fixture(autouse=True)
def _three_products() -> None:
    factories.watch(factories.product("B0KETTLE01", title="Steel kettle"))
    factories.watch(factories.product("B0TRAIN001", title="Wooden train"))
    factories.product("B0UNSEEN01", title="Tin kettle")


def answer(*asins: str, total: int | None = None) -> dict[str, Any]:
    found = {"total": {"value": len(asins) if total is None else total}, "hits": [{"_id": asin} for asin in asins]}
    return {"responses": [{"hits": found}]}


def shown(client: Client, text: str) -> list[str]:
    """The watched products of the page."""
    page = client.get("/watchlist/", {"q": text}).content.decode()
    return [asin for asin in ("B0KETTLE01", "B0TRAIN001", "B0UNSEEN01") if f'value="{asin}"' in page]


def test_a_typo_finds_a_watched_product(server: ScriptedServer, admin_client: Client) -> None:
    server.answer = lambda lines: answer("B0KETTLE01", "B0UNSEEN01") if "fuzzy" in json.dumps(lines) else answer()
    assert shown(admin_client, "ketle") == ["B0KETTLE01"]
    assert len(server.asked) == 2


def test_the_index_is_asked_for_asins_by_relevance(server: ScriptedServer, admin_client: Client) -> None:
    server.answer = answer("B0TRAIN001")
    assert shown(admin_client, "wooden") == ["B0TRAIN001"]
    [(_, [_, body])] = server.asked
    assert (body["size"], body["_source"]) == (querysets.MOST_FOUND, False)
    assert body["sort"] == [{"_score": "desc"}, {"asin": "asc"}]


def test_a_product_is_found_by_its_asin_before_the_index_has_it(server: ScriptedServer, admin_client: Client) -> None:
    server.answer = answer()
    assert shown(admin_client, "b0train001") == ["B0TRAIN001"]


def test_words_that_match_more_than_the_index_names_miss_nothing(
    server: ScriptedServer, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(querysets, "MOST_FOUND", 1)
    server.answer = answer("B0UNSEEN01", total=2)
    assert shown(admin_client, "kettle") == ["B0KETTLE01"]


def test_the_banner_shows_beside_watched_rows(server: ScriptedServer, admin_client: Client) -> None:
    server.status = 503
    page = admin_client.get("/watchlist/?q=kettle").content.decode()
    assert page.count(NOTICE) == 1
    assert shown(admin_client, "kettle") == ["B0KETTLE01"]


def test_without_words_nobody_is_asked_and_nothing_is_said(server: ScriptedServer, admin_client: Client) -> None:
    server.status = 503
    assert shown(admin_client, "") == ["B0KETTLE01", "B0TRAIN001"]
    assert NOTICE not in admin_client.get("/watchlist/").content.decode()
    assert not server.asked


def test_without_an_index_words_begin_words_in_the_database(admin_client: Client) -> None:
    assert shown(admin_client, "ste ket") == ["B0KETTLE01"]
    assert shown(admin_client, "ketle") == []


OPTION = '<option value="Steel kettle">B0KETTLE01</option>'


def test_the_box_is_completed_by_the_index(server: ScriptedServer, admin_client: Client) -> None:
    hits = {"hits": [{"_source": {"asin": "B0KETTLE01", "title": "Steel kettle"}}]}
    server.answer = {"responses": [{"hits": hits, "aggregations": {"brand": {"buckets": []}}}]}
    assert admin_client.get("/ui/watchlist/suggestions?q=stee").content.decode().strip() == OPTION


def test_the_box_is_completed_by_the_database_while_there_is_no_index(admin_client: Client) -> None:
    assert admin_client.get("/ui/watchlist/suggestions?q=stee").content.decode().strip() == OPTION


def test_the_box_is_completed_by_the_database_while_the_index_is_away(
    server: ScriptedServer, admin_client: Client
) -> None:
    server.status = 503
    assert admin_client.get("/ui/watchlist/suggestions?q=stee").content.decode().strip() == OPTION


def test_what_is_suggested_is_escaped(admin_client: Client) -> None:
    factories.product("B0EVIL0001", title=f"Wicked {HOSTILE}", brand=f"Wicked{HOSTILE}")
    options = admin_client.get("/ui/watchlist/suggestions?q=wicked").content.decode()
    assert options.count("<option value=") == 2
    assert not any(wrong in options for wrong in ("<img", '""', "\u202e"))


@pytest.mark.parametrize("text", ["", "k", "  ", "%", "\0", "x" * 5000])
def test_what_is_no_beginning_suggests_nothing(admin_client: Client, text: str) -> None:
    response = admin_client.get("/ui/watchlist/suggestions", {"q": text})
    assert (response.status_code, response.content.strip()) == (200, b"")


def test_no_single_letter_is_sent_to_the_index(server: ScriptedServer, admin_client: Client) -> None:
    server.answer = EMPTY
    admin_client.get("/ui/watchlist/suggestions?q=k")
    assert not server.asked
