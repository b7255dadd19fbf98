"""Search answers from the database while Elasticsearch does not."""

import socket
import time

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from elasticsearch import ConnectionError as NoConnection
from pytest_django import Settings
from structlog.testing import capture_logs

from products.models import Product
from products.search import Search, SearchPage, SearchQuery, get_search
from products.search.elastic.client import client
from products.search.elastic.search import ANSWER_SECONDS, ElasticSearch, TooDeep, _Request
from products.search.fallback import AWAY_SECONDS, NO_INDEX, NOTICE, REFUSED, Circuit, FallbackSearch, circuit
from products.search.sql import SqlSearch
from tests.factories import product
from tests.products.elastic_server import ScriptedServer

MISSING = {"error": {"type": "index_not_found_exception", "reason": "no such index"}, "status": 404}


@pytest.fixture
def hanging(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> ScriptedServer:
    """A server that never answers, which nobody waits long for."""
    monkeypatch.setattr("products.search.elastic.search.ANSWER_SECONDS", 0.1)
    server.may_answer.clear()
    return server


@pytest.fixture
def train(db: None) -> None:
    product("B0TRAIN001", title="Wooden train set")


def found(search: Search) -> tuple[list[str], str]:
    page = search.find(SearchQuery(text="train"))
    return [hit.asin for hit in page.hits], page.notice


def test_while_it_answers_it_is_the_one_that_answers(server: ScriptedServer, train: None) -> None:
    assert found(get_search()) == ([], "")
    assert get_search().tolerates_typos
    assert server.asked[0][0] == f"/{settings.ELASTICSEARCH_INDEX_PREFIX}products/_msearch"


@pytest.mark.parametrize(
    ("status", "answer", "notice"),
    [
        (503, {"error": "unavailable"}, NOTICE),
        (429, {"error": "too many"}, NOTICE),
        (401, {"error": "who"}, NOTICE),
        (500, [], NOTICE),
        (404, MISSING, NO_INDEX),
        (400, {"error": "what"}, REFUSED),
        (200, {"responses": [MISSING, MISSING]}, NO_INDEX),
        (200, {"responses": [{"error": {"type": "es_rejected_execution_exception"}, "status": 429}]}, NOTICE),
        (200, {"responses": [{"error": {"type": "query_shard_exception"}, "status": 400}]}, REFUSED),
    ],
)
def test_an_error_is_answered_from_the_database(
    server: ScriptedServer, train: None, status: int, answer: object, notice: str
) -> None:
    server.status, server.answer = status, answer
    assert found(get_search()) == (["B0TRAIN001"], notice)
    assert [entry.text for entry in get_search().suggest("trai")] == ["Wooden train set"]


def test_who_hangs_is_waited_for_less_than_two_seconds_and_only_once(hanging: ScriptedServer, train: None) -> None:
    assert ANSWER_SECONDS < 2
    started = time.monotonic()
    assert found(get_search()) == (["B0TRAIN001"], NOTICE)
    assert found(get_search()) == (["B0TRAIN001"], NOTICE)
    assert time.monotonic() - started < 2
    assert len(hanging.asked) == 1


def test_a_closed_port_is_answered_from_the_database(train: None, settings: Settings) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        settings.ELASTICSEARCH_URL = f"http://127.0.0.1:{closed.getsockname()[1]}"
        assert found(get_search()) == (["B0TRAIN001"], NOTICE)


def test_another_product_at_the_address_is_answered_from_the_database(server: ScriptedServer, train: None) -> None:
    server.product = "Something"
    assert found(get_search()) == (["B0TRAIN001"], NOTICE)


def test_an_answer_that_is_no_json_is_answered_from_the_database(server: ScriptedServer, train: None) -> None:
    server.answer = b"<html>"
    assert found(get_search()) == (["B0TRAIN001"], NOTICE)


def test_after_a_while_one_asks_again_and_all_see_that_it_is_back(server: ScriptedServer, train: None) -> None:
    hour = [0.0]
    memory = Circuit(lambda: hour[0])
    search = FallbackSearch(ElasticSearch(), SqlSearch(), memory)
    server.status = 503
    assert found(search)[1] == NOTICE
    hour[0] = AWAY_SECONDS
    assert memory.may_ask()
    assert not memory.may_ask()
    server.status = 200
    hour[0] += AWAY_SECONDS
    assert found(search) == ([], "")
    assert memory.may_ask()
    assert memory.may_ask()


def test_the_reason_is_logged_once_in_a_while_without_the_password(server: ScriptedServer, train: None) -> None:
    server.status = 503
    with capture_logs() as logs:
        for _ in range(3):
            found(get_search())
    assert [(entry["event"], entry["reason"]) for entry in logs] == [
        ("search_fell_back", "Elasticsearch answered with status 503.")
    ]
    assert "hush" not in repr(client()) + repr(client().transport) + repr(logs)


def test_a_page_too_deep_to_walk_to_is_nobodys_fault(hanging: ScriptedServer, train: None) -> None:
    memory = Circuit()
    search = FallbackSearch(ElasticSearch(), SqlSearch(), memory)
    request = _Request()
    with pytest.raises(TooDeep):
        request.stride({})
    with pytest.raises(TooDeep):
        request.stride({})
    assert len(hanging.asked) == 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("products.search.elastic.search._find", _too_deep)
        assert found(search) == (["B0TRAIN001"], "")
    assert memory.may_ask()


def _too_deep(*args: object, **kwargs: object) -> SearchPage:
    raise TooDeep


def test_writing_is_not_covered_up(settings: Settings) -> None:
    class Away(SqlSearch):
        def rebuild(self) -> int:
            raise NoConnection("away")

    with pytest.raises(NoConnection):
        FallbackSearch(Away(), SqlSearch(), Circuit()).rebuild()


def test_the_watchlist_says_who_answered(server: ScriptedServer, train: None, admin_client: Client) -> None:
    server.status = 503
    page = admin_client.get("/watchlist/?q=train").content.decode()
    assert "since Elasticsearch does not answer" in page
    assert "Wooden train set" in page


def test_the_api_says_who_answered(server: ScriptedServer, train: None, admin_client: Client) -> None:
    server.status, server.answer = 404, MISSING
    answer = admin_client.get("/api/v1/products?q=train").json()
    assert (answer["count"], answer["notice"]) == (1, NO_INDEX)


def test_saving_a_row_sends_nothing(server: ScriptedServer, train: None) -> None:
    row = Product.objects.get()
    row.save()
    row.delete()
    assert server.asked == []
    assert not apps.is_installed("django_elasticsearch_dsl")


def test_each_server_is_remembered_by_itself() -> None:
    assert circuit("http://one") is circuit("http://one")
    assert circuit("http://one") is not circuit("http://two")
