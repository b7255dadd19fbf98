"""Topics on a real broker: created as declared, and what differs is named."""

from io import StringIO
from uuid import uuid4

import pytest
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    ResourceType,
)
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from ingestion.eventlog import broker
from ingestion.eventlog.administration import Topics
from ingestion.kafka_checks import check_kafka
from ingestion.topics import ALERT, RAW, TOPICS
from tests.contracts.event_log import eventually
from tests.services.broker import delete


@pytest.fixture(autouse=True)
def _own_prefix(settings: Settings) -> None:
    settings.KAFKA_TOPIC_PREFIX += f"{uuid4().hex[:8]}-"


def said(action: str) -> str:
    out = StringIO()
    call_command("topics", action, stdout=out)
    return out.getvalue()


def test_what_is_created_is_as_declared_and_what_changes_is_named(settings: Settings) -> None:
    assert said("create").count("Created") == 2 * len(TOPICS)
    assert said("create") == "All topics are there.\n"
    assert said("check") == "The topics on Kafka are as declared.\n"
    assert check_kafka(None) == []
    assert Topics().major_version() >= 4
    admin = AdminClient(dict(settings.KAFKA))
    raw, alerts = broker.name_of(RAW.name), broker.name_of(ALERT.name)
    shorter = ConfigEntry("retention.ms", "1000", incremental_operation=AlterConfigOpType.SET)
    for done in admin.incremental_alter_configs(
        [ConfigResource(ResourceType.TOPIC, raw, incremental_configs=[shorter])]
    ).values():
        done.result()
    admin.create_partitions([NewPartitions(alerts, 13)])[alerts].result()
    delete(admin, broker.name_of(RAW.dead_letters))
    eventually(lambda: len(admin.list_topics(timeout=5).topics[alerts].partitions) == 13)
    with pytest.raises(CommandError) as refused:
        said("check")
    [first, second, third] = sorted(str(refused.value).splitlines())
    assert f"{alerts} has 13 partitions on Kafka and must have 12" in first
    assert f"{raw} has retention.ms=1000; 86400000 is declared." in second
    assert f"{RAW.dead_letters} is missing: run `manage.py topics create`." in third
    assert [message.id for message in check_kafka(None)].count("ingestion.E012") == 2


def test_a_user_without_a_sign_in_is_told_so(settings: Settings) -> None:
    signed = {
        "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "PLAIN",
        "sasl.username": "x",
        "sasl.password": "secret",
    }
    settings.KAFKA = {**settings.KAFKA, **signed}
    with pytest.raises(CommandError, match="refuses the sign-in") as refused:
        said("check")
    assert "secret" not in str(refused.value)
