"""A document that cannot be read costs its own place on a page, not the page."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from structlog.testing import capture_logs

from products.models import Product, SearchDirty
from products.search import SearchQuery, dirty, get_search
from products.search.documents import documents
from tests import factories
from tests.products.elastic_server import EMPTY, ScriptedServer

pytestmark = pytest.mark.django_db

GOOD, BAD = "B0TEST0001", "B0TEST0002"


@pytest.fixture(params=["empty", "older", "of other types", "without a time"])
def _planted(request: pytest.FixtureRequest, server: ScriptedServer) -> None:
    for asin in (GOOD, BAD):
        factories.listing(factories.product(asin), "DE")
    document = documents([GOOD])[GOOD][1] | {"current_prices": {}}
    bad: dict[str, Any] = {
        "empty": {},
        "older": {name: value for name, value in document.items() if name != "best_roi"},
        "of other types": document | {"current_prices": {"DE": {"price": 1}}},
        "without a time": document | {"updated_at": "yesterday"},
    }[request.param]
    hits = [{"_id": BAD, "_source": bad}, {"_id": GOOD, "_source": document}]
    server.answer = {"responses": [{"hits": {"total": {"value": 2}, "hits": hits}}, *EMPTY["responses"][1:]]}


def found() -> list[str]:
    return [hit.asin for hit in get_search().find(SearchQuery()).hits]


@pytest.mark.usefixtures("_planted")
def test_the_rest_is_found_and_the_document_is_written_anew() -> None:
    before = Product.objects.get(asin=BAD).document_version
    with capture_logs() as logs:
        assert found() == [GOOD]
    assert logs == [{"event": "search_documents_unreadable", "log_level": "warning", "asins": [BAD]}]
    row = SearchDirty.objects.get()
    assert (row.asin, row.document_version) == (BAD, before + 1)


@pytest.mark.usefixtures("_planted")
def test_the_api_answers(admin_client: Client) -> None:
    answer = admin_client.get("/api/v1/products")
    assert answer.status_code == 200
    assert [entry["asin"] for entry in answer.json()["results"]] == [GOOD]


@pytest.mark.usefixtures("_planted")
def test_what_waits_already_is_not_raised_by_every_search() -> None:
    assert found() == found() == [GOOD]
    assert SearchDirty.objects.get().document_version == Product.objects.get(asin=BAD).document_version == 2


@pytest.mark.usefixtures("_planted")
def test_a_search_does_not_fail_where_nothing_can_be_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(asins: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(dirty, "touch", busy)
    with capture_logs() as logs:
        assert found() == [GOOD]
    assert [entry["event"] for entry in logs] == ["search_documents_unreadable", "search_documents_not_marked"]
