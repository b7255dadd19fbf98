"""Topics on the real broker, of one test alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

from confluent_kafka.admin import AdminClient, NewTopic
from django.conf import settings
from django.test import override_settings

from ingestion.eventlog import broker
from ingestion.topics import PARTITIONS, Topic
from tests.contracts.event_log import eventually


@contextmanager
def own_topics(topics: Sequence[Topic], partitions: int = PARTITIONS) -> Iterator[AdminClient]:
    """Fresh topics under a prefix that nobody else has; deleted at the end."""
    with override_settings(KAFKA_TOPIC_PREFIX=f"{settings.KAFKA_TOPIC_PREFIX}{uuid4().hex[:8]}-"):
        admin = AdminClient(dict(settings.KAFKA))
        names = [broker.name_of(name) for topic in topics for name in (topic.name, topic.dead_letters)]
        create(admin, names, partitions)
        yield admin
        admin.delete_topics(names)


def create(admin: AdminClient, names: Sequence[str], partitions: int = PARTITIONS) -> None:
    """Create topics and wait until they can be used."""
    for done in admin.create_topics([NewTopic(name, partitions, 1) for name in names]).values():
        done.result()
    eventually(lambda: set(names) <= admin.list_topics(timeout=5).topics.keys())


def delete(admin: AdminClient, name: str) -> None:
    """Delete a topic and wait until it is gone."""
    for done in admin.delete_topics([name]).values():
        done.result()
    eventually(lambda: name not in admin.list_topics(timeout=5).topics)
