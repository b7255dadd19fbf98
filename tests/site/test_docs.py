"""The API's description: complete, without warnings, and shown by two pages under the strict content policy."""

import re

import pytest
import yaml
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern

from arbitrage_site import api_urls, views
from arbitrage_site.schema import PROBLEM

pytestmark = pytest.mark.django_db
PAGES = ("/docs", "/redoc")


@pytest.fixture
def person(client: Client) -> Client:
    client.force_login(User.objects.create_user("p"))
    return client


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, dict[str, object]]]:
    target = tmp_path_factory.mktemp("schema") / "schema.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(target))
    found: dict[str, dict[str, dict[str, object]]] = yaml.safe_load(target.read_text())
    return found


def test_the_document_is_valid_and_names_every_address(document: dict[str, dict[str, object]]) -> None:
    routes = {str(route.pattern) for route in api_urls.v1 if isinstance(route, URLPattern)} - {"schema"}
    assert len(document["paths"]) == len(routes)
    assert (document["info"]["title"], document["info"]["version"]) == ("Amazon Arbitrage Tracker API", "1.0.0")


def test_every_operation_has_a_sentence(document: dict[str, dict[str, dict[str, dict[str, str]]]]) -> None:
    for address, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["description"].endswith("."), f"{method} {address}"


def test_every_api_view_asks_who_is_there() -> None:
    for route in api_urls.v1:
        assert isinstance(route, URLPattern)
        view = route.callback.cls  # type: ignore[attr-defined] # set by as_view
        asks = [permission.__name__ for permission in view.permission_classes]
        assert asks == (["AllowAny"] if view is views.HealthViewSet else ["SignedInOrDemo"]), view


def test_the_document_is_served_to_those_signed_in(person: Client) -> None:
    assert person.get("/api/v1/schema")["Content-Type"].startswith("application/vnd.oai.openapi")
    assert person.get("/api/v1/schema?format=json").json()["openapi"].startswith("3.")


@pytest.mark.parametrize("address", PAGES)
def test_strangers_are_sent_to_sign_in(client: Client, address: str) -> None:
    assert client.get(address).headers["Location"] == f"/login/?next={address}"


@pytest.mark.parametrize("address", PAGES)
def test_the_pages_bring_their_own_files_and_no_inline_script(person: Client, address: str) -> None:
    page = person.get(address).content.decode()
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert sources
    assert all(source.startswith("/") for source in sources)
    assert all(finders.find(source.removeprefix("/static/")) for source in sources if source.startswith("/static/"))
    assert not re.search(r"<script(?![^>]*src=)|<style|style=", page)


@pytest.mark.parametrize("address", PAGES)
def test_only_styles_are_relaxed_and_only_there(person: Client, address: str) -> None:
    policy = person.get(address)["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src 'self';" in f"{policy};"  # their order is that of a set
    assert "unsafe-inline" not in person.get("/health")["Content-Security-Policy"]


def test_a_problem_has_the_fields_that_the_document_promises(client: Client) -> None:
    assert list(client.get("/api/v1/nowhere").json()) == list(PROBLEM["properties"])
