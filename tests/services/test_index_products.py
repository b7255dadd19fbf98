"""The command that keeps the index, as a process would run it."""

import pytest
from django.core.management import CommandError, call_command

from ingestion.models import ConsumerState, LogPartition, LogPosition
from ingestion.topics import DOCUMENTS, ENRICHED, INDEXER, TOPICS
from products import services
from products.models import SearchDirty
from products.search import indices
from tests import factories
from tests.services.indexed import version_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("index")]

A = "B0TEST0001"


def test_the_group_is_declared_for_what_wakes_it() -> None:
    assert {name for name, topic in TOPICS.items() if INDEXER in topic.groups} == {
        "products.enriched",
        "arbitrage.opportunities",
    }


def test_until_end_writes_what_is_marked() -> None:
    factories.product(A)
    services.touch([A])
    call_command("index_products", until_end=True)
    assert version_of(A) == 2
    assert not SearchDirty.objects.exists()
    assert ConsumerState.objects.get(group=DOCUMENTS).stopped_because == ""


def test_until_end_says_why_it_could_not() -> None:
    factories.product(A)
    services.touch([A])
    indices.remove(indices.places().live)
    with pytest.raises(CommandError, match="search_rebuild"):
        call_command("index_products", until_end=True)
    assert SearchDirty.objects.exists()


def test_what_left_the_log_while_search_was_in_sql_is_stepped_over() -> None:
    place = {"topic": ENRICHED.name, "partition": 3}
    LogPartition.objects.create(**place, first_offset=50, next_offset=50)
    LogPosition.objects.create(group=INDEXER, **place, next_offset=7)
    call_command("index_products", until_end=True)
    assert LogPosition.objects.get(group=INDEXER, **place).next_offset == 50
