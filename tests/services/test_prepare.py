"""Preparing an installation on all four servers, as the service `migrate` of compose and `make run` do."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django_celery_beat.models import PeriodicTask
from pytest_django import Settings

from arbitrage_site.prepare import prepare
from products.search.elastic.client import client
from products.search.elastic.mapping import alias

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_names(settings: Settings) -> None:
    settings.KAFKA_TOPIC_PREFIX += "prepare-"
    settings.ELASTICSEARCH_INDEX_PREFIX += "prepare-"


def test_topics_schedule_and_index_are_made_and_kept() -> None:
    prepare()
    assert PeriodicTask.objects.filter(name="poll what is due").exists()
    [index] = client().indices.get_alias(name=alias())

    prepare()

    assert list(client().indices.get_alias(name=alias())) == [index]
    call_command("topics", "check")


def test_a_server_that_is_not_there_is_a_sentence(settings: Settings) -> None:
    prepare()
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    with pytest.raises(SystemCheckError, match=r"Elasticsearch at 127\.0\.0\.1:9"):
        call_command("check", deploy=True, tags=["services"], fail_level="ERROR")
