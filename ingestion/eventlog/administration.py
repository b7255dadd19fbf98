"""The topics on Kafka: creating them as `ingestion.topics` declares them, and naming what differs."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import structlog
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType, TopicMetadata

from ingestion.errors import ConsumerStopped, TransientError
from ingestion.eventlog import broker
from ingestion.topics import PARTITIONS, TOPICS

log = structlog.get_logger(__name__)

OVERHEAD = 100_000
"""What headers and Kafka's framing may add to the largest value."""
MOST_REPLICAS = 3
ANSWER_SECONDS = 15.0
FIRST_WITHOUT_ITS_VERSION = 4
FOREVER = str(2**63 - 1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A topic as it should be: its name on the broker, and its settings there."""

    name: str
    settings: Mapping[str, str]


def wanted() -> list[Wanted]:
    """All topics, each followed by the one for copies of its dead letters, which are kept for 30 days."""
    found = []
    for topic in TOPICS.values():
        for name, days in ((topic.name, topic.keep.days), (topic.dead_letters, 30)):
            found.append(Wanted(broker.name_of(name), _settings(days, topic.most_bytes)))
    return found


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not as declared, in a sentence; `is_fatal` where records cannot be shipped or would lose their order."""

    sentence: str
    is_fatal: bool = False


class Topics:
    """The topics of this installation on its broker."""

    def __init__(self, settings: broker.Settings | None = None) -> None:
        self._complaints = broker.Complaints()
        self._admin = broker.connect(AdminClient, self._complaints, {}, settings or {})

    def create(self) -> list[str]:
        """Create those that are missing; returns their names. Those that are there stay as they are."""
        there, brokers = self._look()
        missing = [topic for topic in wanted() if topic.name not in there]
        replicas = min(MOST_REPLICAS, brokers)
        fresh = [NewTopic(one.name, PARTITIONS, replicas, config=_config(one, replicas)) for one in missing]
        for done in self._admin.create_topics(fresh).values() if fresh else ():
            try:
                done.result(ANSWER_SECONDS)
            except KafkaException as error:
                if error.args[0].name() != "TOPIC_ALREADY_EXISTS":
                    raise broker.refusal(error.args[0]) from error
        self._wait_for({topic.name for topic in missing})
        return [topic.name for topic in missing]

    def major_version(self) -> int:
        """The broker's major version. Only Kafka 3 and older have this setting, which names it; newer ones lost it."""
        [number, *_] = broker.listed(self._admin, self._complaints).brokers
        said = self._settings_of(ConfigResource(ResourceType.BROKER, str(number))).get("inter.broker.protocol.version")
        return int(said.partition(".")[0]) if said else FIRST_WITHOUT_ITS_VERSION

    def drift(self) -> Iterator[Difference]:
        """Everything that is not as declared."""
        there, brokers = self._look()
        for topic in wanted():
            found = there.get(topic.name)
            if found is None:
                yield Difference(f"{topic.name} is missing: run `manage.py topics create`.", is_fatal=True)
                continue
            yield from self._differences(topic, found, brokers)

    def _differences(self, topic: Wanted, found: TopicMetadata, brokers: int) -> Iterator[Difference]:
        try:
            broker.check_partitions(broker.topic_of(topic.name), len(found.partitions))
        except ConsumerStopped as error:
            yield Difference(str(error), is_fatal=True)
        replicas = min(len(partition.replicas) for partition in found.partitions.values())
        wished = min(MOST_REPLICAS, brokers)
        if replicas < wished:
            yield Difference(f"{topic.name} is kept on {replicas} of {brokers} brokers; {wished} are wished.")
        has = self._settings_of(ConfigResource(ResourceType.TOPIC, topic.name))
        for name, value in _config(topic, replicas).items():
            if name in has and has[name] != value:
                yield Difference(f"{topic.name} has {name}={has[name]}; {value} is declared.")

    def _settings_of(self, resource: ConfigResource) -> dict[str, str | None]:
        [asked] = self._admin.describe_configs([resource]).values()
        try:
            return {entry.name: entry.value for entry in asked.result(ANSWER_SECONDS).values()}
        except KafkaException as error:
            raise broker.refusal(error.args[0]) from error

    def _look(self) -> tuple[dict[str, TopicMetadata], int]:
        """The topics that are there, and how many brokers."""
        found = broker.listed(self._admin, self._complaints)
        return {name: one for name, one in found.topics.items() if one.error is None}, len(found.brokers)

    def _wait_for(self, names: set[str]) -> None:
        """A topic that was created is known to all brokers a moment later."""
        until = time.monotonic() + ANSWER_SECONDS
        while not names <= self._look()[0].keys():
            if time.monotonic() > until:
                raise TransientError("Kafka took the new topics and does not list them.")
            time.sleep(0.05)


def _settings(days: int, most_bytes: int) -> dict[str, str]:
    return {
        "retention.ms": str(days * 86_400_000),
        "max.message.bytes": str(most_bytes + OVERHEAD),
        "cleanup.policy": "delete",
        "message.timestamp.type": "CreateTime",
        # A clock that is ahead of the broker's must not stop the relay.
        "message.timestamp.after.max.ms": FOREVER,
    }


def _config(topic: Wanted, replicas: int) -> dict[str, str]:
    """Two copies must be written where there are three, so that losing one broker loses no record."""
    return {**topic.settings, **({"min.insync.replicas": "2"} if replicas >= MOST_REPLICAS else {})}
