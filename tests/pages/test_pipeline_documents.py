"""What the pipeline page and the metrics say of the search index."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from ingestion.models import ConsumerState
from ingestion.pipeline_page import documents
from ingestion.topics import DOCUMENTS
from products.models import SearchDirty
from products.search import backlog
from tests.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def _index(settings: Settings) -> None:
    settings.ELASTICSEARCH_URL = "http://elasticsearch.invalid:9200"


def dirty(asin: str, *, parked: bool = False, reason: str = "", seconds: int = 0) -> None:
    since = NOON - timedelta(seconds=seconds)
    SearchDirty.objects.create(
        asin=asin, document_version=2, since=since, retry_at=NOON, is_parked=parked, reason=reason
    )


def test_without_an_index_nothing_is_said() -> None:
    assert documents(NOON) is None


@pytest.mark.usefixtures("_index")
def test_an_index_without_marks_is_up_to_date() -> None:
    found = documents(NOON)
    assert found is not None
    assert (found.word, found.backlog.behind) == ("up to date", None)


@pytest.mark.usefixtures("_index")
def test_the_page_says_how_many_wait_and_why(client: Client, settings: Settings) -> None:
    settings.DEMO = True
    dirty("B0TEST0001", seconds=90)
    dirty("B0TEST0002", parked=True, reason="document_parsing_exception: <b>broken</b>")
    ConsumerState.objects.create(group=DOCUMENTS, seen_at=NOON, stopped_because="Elasticsearch is away.")
    said = client.get("/pipeline/").content.decode()
    assert "1 documents" in said
    assert "Elasticsearch is away." in said
    assert "Elasticsearch refuses the document of B0TEST0002." in said
    assert "&lt;b&gt;broken" in said
    assert "<b>broken" not in said


@pytest.mark.usefixtures("_index")
def test_metrics_count_what_waits_and_what_was_refused() -> None:
    dirty("B0TEST0001", seconds=90)
    dirty("B0TEST0002", parked=True, seconds=500)
    families = {family.name: family for family in backlog.facts(NOON)}
    counts = {tuple(sample.labels.values()): sample.value for sample in families["arbitrage_search_dirty"].samples}
    assert counts == {("waiting",): 1, ("parked",): 1}
    assert families["arbitrage_search_behind_seconds"].samples[0].value == 90
