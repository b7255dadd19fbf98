"""A run on real servers writes under names of its own."""

import pytest
from django.conf import settings
from django.db import connection


@pytest.mark.django_db
def test_the_database_is_one_of_the_tests() -> None:
    assert connection.vendor == "postgresql"
    assert connection.settings_dict["NAME"].startswith("test_")


def test_topics_indexes_and_redis_are_not_those_of_an_installation() -> None:
    assert "test-" in settings.KAFKA_TOPIC_PREFIX
    assert "test-" in settings.ELASTICSEARCH_INDEX_PREFIX
    assert not settings.REDIS_URL.endswith("/0")
