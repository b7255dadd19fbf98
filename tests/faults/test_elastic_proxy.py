"""The proxy itself: what it forwards, and how each of its faults spoils a bulk request."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fake_elasticsearch import FakeElasticsearch
from tests.faults.elastic_proxy import ElasticProxy
from tests.loopback import serving
from tests.waiting import wait_until

ALIAS = "test-products"
ASINS = ["B000000001", "B000000002", "B000000003"]
LINES = [({"index": {"_id": asin, "version": 1}}, {"asin": asin}) for asin in ASINS]
BULK = b"".join(json.dumps(part).encode() + b"\n" for line in LINES for part in line)


@pytest.fixture
def real() -> Iterator[FakeElasticsearch]:
    with serving(FakeElasticsearch(ALIAS)) as server:
        yield server


@pytest.fixture
def proxy(real: FakeElasticsearch) -> Iterator[ElasticProxy]:
    with serving(ElasticProxy(real.url)) as server:
        yield server


def ask(proxy: ElasticProxy, path: str = f"/{ALIAS}/_bulk", body: bytes = BULK, timeout: float = 30) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", proxy.server_port, timeout=timeout)
    try:
        connection.request("POST", path, body)
        response = connection.getresponse()
        assert response.headers["X-Elastic-Product"] == "Elasticsearch"
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def statuses(items: list[dict[str, Any]]) -> list[int]:
    return [item["index"]["status"] for item in items]


def test_forwards_requests_and_answers(proxy: ElasticProxy, real: FakeElasticsearch) -> None:
    assert ask(proxy, f"/{ALIAS}/_mget", b'{"ids": ["B000000001"]}')[1]["docs"][0]["found"] is False
    status, answer = ask(proxy)
    assert (status, statuses(answer["items"])) == (200, [200, 200, 200])
    assert sorted(real.versions(ALIAS)) == ASINS
    assert proxy.played == []


def test_faults_wait_for_a_bulk_request_and_are_used_up(proxy: ElasticProxy) -> None:
    proxy.faults.append("503 for the request")
    assert ask(proxy, f"/{ALIAS}/_mget", b'{"ids": []}')[0] == 200
    assert [ask(proxy)[0], ask(proxy)[0]] == [503, 200]
    assert proxy.played == ["503 for the request"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_refused_request_does_nothing(proxy: ElasticProxy, real: FakeElasticsearch, status: int) -> None:
    proxy.faults.append(f"{status} for the request")
    assert ask(proxy)[0] == status
    assert real.versions(ALIAS) == {}


def test_single_items_are_refused_and_the_rest_is_done(proxy: ElasticProxy, real: FakeElasticsearch) -> None:
    proxy.faults.append("429 for single items")
    _, answer = ask(proxy)
    assert statuses(answer["items"]) == [429, 200, 429]
    assert [item["index"]["_id"] for item in answer["items"]] == ASINS
    assert list(real.versions(ALIAS)) == ASINS[1:2]


def test_an_answer_can_be_left_out(proxy: ElasticProxy, real: FakeElasticsearch) -> None:
    proxy.faults.append("done but not answered")
    with pytest.raises(http.client.RemoteDisconnected):
        ask(proxy)
    assert sorted(real.versions(ALIAS)) == ASINS


def test_an_answer_is_held_until_the_client_gives_up(proxy: ElasticProxy, real: FakeElasticsearch) -> None:
    proxy.faults.append("answered too late")
    with pytest.raises(TimeoutError):
        ask(proxy, timeout=0.3)
    assert sorted(real.versions(ALIAS)) == ASINS
    wait_until(lambda: proxy.played == ["answered too late"], seconds=10)


def test_the_last_item_of_an_answer_can_be_missing(proxy: ElasticProxy, real: FakeElasticsearch) -> None:
    proxy.faults.append("answer without the last item")
    _, answer = ask(proxy)
    assert [item["index"]["_id"] for item in answer["items"]] == ASINS[:2]
    assert sorted(real.versions(ALIAS)) == ASINS


def test_is_away_where_the_server_is(proxy: ElasticProxy, real: FakeElasticsearch) -> None:
    real.faults.append(lambda *_: None)
    with pytest.raises(http.client.RemoteDisconnected):
        ask(proxy)
