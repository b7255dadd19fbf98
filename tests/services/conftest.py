"""Real servers: nothing here is collected without all four of them, and what a run made there is removed."""

from collections.abc import Iterator

import pytest
from confluent_kafka.admin import AdminClient
from django.conf import settings
from redis import Redis

from products.search.elastic.client import client

PATIENCE = 30.0

if not all((settings.DATABASE_URL, settings.REDIS_URL, settings.KAFKA, settings.ELASTICSEARCH_URL)):
    collect_ignore_glob = ["*"]


@pytest.fixture(scope="session", autouse=True)
def _own_names_are_empty() -> Iterator[None]:
    """Begin without what a killed run left under these names (tests/names.py), and leave nothing either."""
    _remove_all()
    yield
    _remove_all()


def _remove_all() -> None:
    _remove_topics(settings.KAFKA_TOPIC_PREFIX)
    _remove_indexes(settings.ELASTICSEARCH_INDEX_PREFIX)
    with Redis.from_url(settings.REDIS_URL) as redis:
        redis.flushdb()


def _remove_topics(prefix: str) -> None:
    admin = AdminClient({**settings.KAFKA})
    found = [topic for topic in admin.list_topics(timeout=PATIENCE).topics if topic.startswith(prefix)]
    if found:
        for done in admin.delete_topics(found, operation_timeout=PATIENCE).values():
            done.result(timeout=PATIENCE)


def _remove_indexes(prefix: str) -> None:
    """The indexes one by one: a server may refuse to delete by pattern."""
    indices = client().options(request_timeout=PATIENCE).indices
    for index in indices.get(index=f"{prefix}*", expand_wildcards="all"):
        indices.delete(index=index, ignore_unavailable=True)
    client().options(request_timeout=PATIENCE, ignore_status=404).indices.delete_index_template(name=f"{prefix}*")


@pytest.fixture
def index(db: None) -> Iterator[None]:
    """An empty search index, made as an installation makes it; gone afterwards, with what a test put beside it."""
    from products.search import indices
    from products.search.rebuild import rebuild

    rebuild(grace=0)
    yield
    found = indices.places()
    indices.remove([*found.live, *found.building, *indices.leftovers()])
