"""What several test files of this folder need."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from products.search.elastic import search
from products.search.elastic.client import client
from tests.loopback import serving
from tests.products.elastic_server import ScriptedServer


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    """In the place of Elasticsearch, waited for as long as a busy machine needs."""
    monkeypatch.setattr(search, "ANSWER_SECONDS", 60.0)
    with serving(ScriptedServer()) as server:
        settings.ELASTICSEARCH_URL = server.url
        yield server
        client().close()
