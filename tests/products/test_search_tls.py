"""Elasticsearch behind https: the signer that is named is used, and who speaks otherwise hears a sentence."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from products.search.elastic.client import client
from products.search.elastic.state import server_refusal
from tests.certificates import Certificate, self_signed
from tests.loopback import serving
from tests.products.elastic_server import ScriptedServer

ANSWER = {"nodes": {"n1": {"version": "9.5.3"}}}
NOT_SECURE = (
    "No secure connection to Elasticsearch at {}: write http:// if it speaks plain HTTP, or name its certificates"
)
UNREACHABLE = (
    "Elasticsearch at {} cannot be reached. Is it running, and is ELASTICSEARCH_URL right, https:// where it speaks"
)


@pytest.fixture
def own(tmp_path: Path) -> Certificate:
    return self_signed(tmp_path)


@pytest.fixture
def encrypted(own: Certificate, settings: Settings) -> Iterator[ScriptedServer]:
    with serving(ScriptedServer(own)) as server:
        server.answer, settings.ELASTICSEARCH_URL = ANSWER, server.url
        yield server
        client().close()


def place(server: ScriptedServer) -> str:
    return f"127.0.0.1:{server.server_port}"


def test_the_signer_that_is_named_is_used(encrypted: ScriptedServer, own: Certificate, settings: Settings) -> None:
    settings.ELASTICSEARCH_CA_FILE = own.cert
    assert server_refusal() == ""
    assert len(encrypted.asked) == 1


def test_a_certificate_of_an_unknown_signer_is_told(encrypted: ScriptedServer, settings: Settings) -> None:
    settings.ELASTICSEARCH_CA_FILE = ""
    assert server_refusal().startswith(NOT_SECURE.format(place(encrypted)))
    assert encrypted.asked == []


def test_https_against_plain_http_is_told(server: ScriptedServer, own: Certificate, settings: Settings) -> None:
    settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_CA_FILE = server.url.replace("http:", "https:"), own.cert
    said = server_refusal()
    assert said.startswith(NOT_SECURE.format(place(server)))
    assert "hush-hush" not in said


def test_plain_http_against_https_is_told(encrypted: ScriptedServer, settings: Settings) -> None:
    settings.ELASTICSEARCH_URL = encrypted.url.replace("https:", "http:")
    said = server_refusal()
    assert said.startswith(UNREACHABLE.format(place(encrypted)))
    assert "hush-hush" not in said
