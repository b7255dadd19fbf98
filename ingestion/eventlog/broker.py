"""What every client of Kafka begins with: names, settings, and what a broker's refusal means in a sentence."""

import time
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka.admin import AdminClient, ClusterMetadata
from django.conf import settings

from ingestion.errors import ConsumerStopped, TransientError
from ingestion.topics import PARTITIONS, Topic

LOOK_SECONDS = 5.0
"""How long to wait for a broker's first answer."""
STEP_SECONDS = 0.5

Settings = Mapping[str, str | int]
Client = TypeVar("Client", Producer, Consumer, AdminClient)
_SIGN_IN = {"_AUTHENTICATION", "SASL_AUTHENTICATION_FAILED"}
_TLS = {"_SSL"}
_PERMISSION = {"TOPIC_AUTHORIZATION_FAILED", "GROUP_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED"}
_NO_TOPIC = {"UNKNOWN_TOPIC_OR_PART", "_UNKNOWN_TOPIC", "_UNKNOWN_PARTITION"}


def name_of(topic: str) -> str:
    """A topic's or group's name on the broker."""
    return f"{settings.KAFKA_TOPIC_PREFIX}{topic}"


def topic_of(name: str) -> str:
    """The topic that has this name on the broker."""
    return name.removeprefix(settings.KAFKA_TOPIC_PREFIX)


class Complaints:
    """The errors that librdkafka reports of a client, and what they mean."""

    def __init__(self) -> None:
        self._errors: list[KafkaError] = []

    def __call__(self, error: KafkaError) -> None:
        """librdkafka's error callback; called inside poll, consume and flush."""
        self._errors.append(error)

    def check(self, *, is_patient: bool = False) -> None:
        """Raise for what was reported since the last call: ConsumerStopped where a person has to act.

        Who is patient waits for a broker that went away, as long as librdkafka keeps what it was given.
        """
        errors, self._errors = self._errors, []
        for error in errors:
            if error.fatal() or isinstance(refusal(error), ConsumerStopped):
                raise refusal(error)
        if not is_patient and any(error.name() == "_ALL_BROKERS_DOWN" for error in errors):
            raise unreachable()


def client_settings(complaints: Complaints, role: Settings, own: Settings) -> dict[str, Any]:
    """The configuration of a client: the connection, what its role needs, and what this one wants otherwise."""
    return {
        **settings.KAFKA,
        "client.id": "arbitrage",
        "socket.keepalive.enable": "true",
        "reconnect.backoff.max.ms": 2000,
        **role,
        **own,
        "error_cb": complaints,
        "log_level": 2,  # what goes wrong is told by the callback; the library says it again for every new connection
    }


def connect(kind: type[Client], complaints: Complaints, role: Settings, own: Settings) -> Client:
    """A client, which begins to connect. Raises ConsumerStopped if librdkafka does not take the settings."""
    try:
        return kind(client_settings(complaints, role, own))
    except KafkaException as error:
        raise ConsumerStopped(
            f"Kafka's client does not take its settings: {error.args[0].str()}. Correct the variables that begin with"
            " KAFKA_."
        ) from error


def look(client: Producer | Consumer, topics: Iterable[Topic], complaints: Complaints) -> str:
    """The id of the cluster that answers, after a look at the topics.

    Raises TransientError while it does not answer, ConsumerStopped where it refuses or a topic is not as declared.
    """
    found = listed(client, complaints)
    partitions = {name: len(topic.partitions) for name, topic in found.topics.items() if topic.error is None}
    for topic in topics:
        check_partitions(topic.name, partitions.get(name_of(topic.name)))
    return str(found.cluster_id)


def listed(client: Producer | Consumer | AdminClient, complaints: Complaints) -> ClusterMetadata:
    """The cluster and its topics; asked in short steps, so that a refusal is told at once."""
    until = time.monotonic() + LOOK_SECONDS
    while True:
        try:
            return client.list_topics(timeout=STEP_SECONDS)
        except KafkaException as error:
            client.poll(0)
            complaints.check()
            if time.monotonic() >= until:
                raise unreachable() from error


def check_partitions(topic: str, found: int | None) -> None:
    """Stop at a topic that is missing or does not have the partitions by which keys are placed."""
    if found is None:
        raise ConsumerStopped(f"Kafka has no topic {name_of(topic)}. Run `manage.py topics create`.")
    if found != PARTITIONS:
        raise ConsumerStopped(
            f"{name_of(topic)} has {found} partitions on Kafka and must have {PARTITIONS}, or records of a product lose"
            " their order. Delete the topic and run `manage.py topics create`: the relay ships it again."
        )


def refusal(error: KafkaError) -> ConsumerStopped | TransientError:
    """What an error means that the broker or librdkafka gave: only what a person must mend stops a consumer."""
    servers = settings.KAFKA.get("bootstrap.servers", "")
    name = error.name()
    if name in _SIGN_IN:
        return ConsumerStopped(
            f"Kafka at {servers} refuses the sign-in; check KAFKA_USERNAME, KAFKA_PASSWORD, KAFKA_SASL_MECHANISM"
            " and KAFKA_SECURITY_PROTOCOL."
        )
    if name in _TLS or _speaks_tls(error):
        return ConsumerStopped(
            f"Kafka at {servers} and KAFKA_SECURITY_PROTOCOL do not agree on TLS; choose the port's protocol, and name"
            " its authority in KAFKA_CA_FILE."
        )
    if name in _PERMISSION:
        return ConsumerStopped(f"Kafka at {servers} does not permit it: {error.str()}. Give the user the right.")
    if name in _NO_TOPIC:
        return ConsumerStopped(f"Kafka has lost a topic: {error.str()}. Run `manage.py topics create`.")
    return TransientError(f"Kafka at {servers}: {error.str()}")


def unreachable() -> TransientError:
    """Nobody answers; a port that wants TLS or a sign-in says nothing either to whom speaks without."""
    servers = settings.KAFKA.get("bootstrap.servers", "")
    protocol = settings.KAFKA.get("security.protocol", "PLAINTEXT")
    return TransientError(
        f"Kafka at {servers} does not answer. Is it running, and does this port speak {protocol}"
        " (KAFKA_SECURITY_PROTOCOL)?"
    )


def _speaks_tls(error: KafkaError) -> bool:
    """One side speaks TLS and the other does not: librdkafka can only guess it from how the connection ended."""
    said = error.str()
    return error.name() == "_TRANSPORT" and ("security.protocol" in said or "PLAINTEXT broker listener" in said)
