"""Errors: every one is a problem with a code, a sentence and the request's id, and never a trace."""

from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from pytest_django import Settings
from rest_framework.test import APIClient

WATCH = "/api/v1/products/watch"
DEEP = "[" * 100_000
pytestmark = pytest.mark.django_db


def assert_problem(answer: HttpResponse, status: int, code: str) -> dict[str, Any]:
    found: dict[str, Any] = answer.json()  # type: ignore[attr-defined] # the test client adds it
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert (found["status"], found["code"]) == (status, code)
    assert found["detail"].endswith(".")
    assert found["request_id"] == answer["X-Request-ID"]
    assert "Traceback" not in answer.content.decode()
    return found


@pytest.mark.parametrize(
    "address",
    ["products", "products/B000000001", "products/watch", "arbitrage", "arbitrage/top", "alerts", "schema"],
)
def test_nobody_gets_in_without_signing_in(stranger: APIClient, address: str) -> None:
    answer = stranger.get(f"/api/v1/{address}")
    assert_problem(answer, 401, "not_signed_in")
    assert answer["WWW-Authenticate"].startswith("Session")


def test_the_demo_on_loopback_is_open(stranger: APIClient, settings: Settings) -> None:
    settings.DEMO = True
    assert stranger.get("/api/v1/products").status_code == 200


def test_the_demo_elsewhere_is_not(stranger: APIClient, settings: Settings) -> None:
    settings.DEMO, settings.WEB_BIND = True, "0.0.0.0:8000"
    assert stranger.get("/api/v1/products").status_code == 401


@pytest.mark.parametrize("method", ["get", "post", "delete", "patch", "put", "options"])
@pytest.mark.parametrize("address", ["/api/", "/api/v1/", "/api/v2/products", "/api/v1/products/b0lowercas"])
def test_an_unknown_address_is_404_for_everyone(stranger: APIClient, method: str, address: str) -> None:
    found = assert_problem(getattr(stranger, method)(address), 404, "not_found")
    assert "/docs" in found["detail"]


@pytest.mark.parametrize(
    "address", ["products/B000000001", "products/B000000001/series", "arbitrage/00000000-0000-4000-8000-000000000000"]
)
def test_what_is_not_there_is_404(api: APIClient, address: str) -> None:
    assert_problem(api.get(f"/api/v1/{address}"), 404, "not_found")


def test_a_wrong_method_is_405_and_says_which_are_right(api: APIClient) -> None:
    answer = api.put(WATCH, {})
    assert_problem(answer, 405, "method_not_allowed")
    assert {"GET", "POST", "DELETE"} <= set(answer["Allow"].split(", "))


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_only_json_is_read(api: APIClient, kind: str) -> None:
    assert_problem(api.generic("POST", WATCH, "entries=B000000001", content_type=kind), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "text",
    ["{", "", "nonsense", DEEP, '{"a":' * 100_000, '{"entries": [NaN]}', '{"entries": [], "entries": []}', b"\xff\xfe"],
    ids=["cut", "empty", "word", "deep-list", "deep-object", "nan", "twice", "bytes"],
)
def test_a_body_that_is_not_json_is_400(api: APIClient, text: Any) -> None:
    assert_problem(api.generic("POST", WATCH, text, content_type="application/json"), 400, "invalid")


@pytest.mark.parametrize("charset", ["bz2_codec", "utf-16", "latin-1"])
def test_only_utf_8_is_read(api: APIClient, charset: str) -> None:
    answer = api.generic("POST", WATCH, '{"entries": ["x"]}', content_type=f"application/json; charset={charset}")
    assert_problem(answer, 400, "invalid")


def test_a_body_over_one_megabyte_is_413(api: APIClient) -> None:
    answer = api.post(WATCH, {"entries": ["B0" + "0" * 1000] * 3000})
    assert_problem(answer, 413, "too_large")


def test_unknown_parameters_are_named(api: APIClient) -> None:
    found = assert_problem(api.get("/api/v1/products?pagesize=5&x%0Ay=1"), 400, "invalid")
    assert set(found["fields"]) == {"pagesize", "x\ny"}
    assert "page_size" in found["fields"]["pagesize"][0]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=abc", "page"),
        ("page=" + "9" * 400, "page"),
        ("page_size=0", "page_size"),
        ("page_size=101", "page_size"),
        ("marketplace=US", "marketplace"),
        ("min_margin=-1", "min_margin"),
        ("min_margin=101", "min_margin"),
        ("min_margin=NaN", "min_margin"),
        ("max_price=-0.01", "max_price"),
        ("max_price=Infinity", "max_price"),
        ("marketplace=UK&currency=EUR", "currency"),
        ("sort_by=title", "sort_by"),
        ("q=%00", "q"),
    ],
)
def test_a_parameter_out_of_range_is_named(api: APIClient, query: str, field: str) -> None:
    found = assert_problem(api.get(f"/api/v1/products?{query}"), 400, "invalid")
    assert list(found["fields"]) == [field]


def test_of_a_parameter_given_twice_the_last_counts(api: APIClient) -> None:
    assert api.get("/api/v1/products?page_size=999&page_size=7").json()["page_size"] == 7


def test_a_page_past_the_end_is_404_and_names_the_last(api: APIClient) -> None:
    found = assert_problem(api.get("/api/v1/products?page=9"), 404, "not_found")
    assert found["detail"] == "There is no page 9; the last one is 1."


def test_a_locked_database_is_503_and_asks_to_try_again(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("products.services.watch", locked)
    answer = api.post(WATCH, {"entries": ["B000000001"]})
    assert_problem(answer, 503, "busy")
    assert answer["Retry-After"] == "2"


def locked(*_: object, **__: object) -> None:
    raise OperationalError("database is locked")


def test_a_failure_is_500_without_its_reason(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    api.raise_request_exception = False
    monkeypatch.setattr("products.services.watch", fail)
    answer = api.post(WATCH, {"entries": ["B000000001"]})
    assert_problem(answer, 500, "failed")
    assert b"secret reason" not in answer.content


def fail(*_: object, **__: object) -> None:
    raise RuntimeError("secret reason")


def test_a_session_without_its_csrf_token_is_403(person: object) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(person)  # type: ignore[arg-type] # a fixture's user
    assert_problem(client.post(WATCH, {"entries": ["B000000001"]}), 403, "forbidden")


def test_strangers_never_get_html(stranger: APIClient, api: APIClient) -> None:
    page = "text/html,*/*;q=0.8"
    assert stranger.get("/api/v1/products", HTTP_ACCEPT=page)["Content-Type"] == "application/problem+json"
    assert api.get("/api/v1/products", HTTP_ACCEPT=page)["Content-Type"].startswith("text/html")
    refused = api.get("/api/v1/products?page=0", HTTP_ACCEPT=page)
    assert (refused.status_code, refused["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_answers_are_not_kept_by_caches(api: APIClient) -> None:
    assert api.get("/api/v1/products")["Cache-Control"] == "private, no-store"
    assert api.get("/api/v1/products?page=0")["Cache-Control"] == "private, no-store"
    assert api.get("/api/v1/nowhere")["Cache-Control"] == "no-store"
