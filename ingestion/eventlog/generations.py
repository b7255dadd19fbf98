"""The newest generation of the log that Kafka has records of, which a new one must be above.

A backup may be older than an earlier restore: counting on from it alone would give a generation out a second time.
"""

import time
from collections.abc import Iterable
from contextlib import closing

from confluent_kafka import Consumer, KafkaException, Message, TopicPartition

from ingestion.errors import TransientError
from ingestion.eventlog import broker, wire
from ingestion.topics import PARTITIONS, TOPICS

PATIENCE_SECONDS = 10.0


def newest_epoch() -> int:
    """Looks at the last message of every partition; 0 where there is none.

    Raises TransientError or ConsumerStopped if the broker does not answer or refuses.
    """
    complaints = broker.Complaints()
    role: broker.Settings = {"group.id": broker.name_of("generations"), "enable.auto.commit": "false"}
    with closing(broker.connect(Consumer, complaints, role, {})) as consumer:
        there = broker.listed(consumer, complaints).topics
        names = [name for name in map(broker.name_of, TOPICS) if name in there]
        try:
            ends = [_last(consumer, name, number) for name in names for number in range(PARTITIONS)]
            return max(map(_epoch, _read(consumer, [place for place in ends if place is not None])), default=0)
        except KafkaException as error:
            raise broker.refusal(error.args[0]) from error


def _last(consumer: Consumer, name: str, partition: int) -> TopicPartition | None:
    """Where the last message of a partition stands."""
    found = consumer.get_watermark_offsets(TopicPartition(name, partition), timeout=PATIENCE_SECONDS)
    if found is None:
        raise broker.unreachable()
    first, end = found
    return TopicPartition(name, partition, end - 1) if end > first else None


def _read(consumer: Consumer, places: list[TopicPartition]) -> Iterable[Message]:
    consumer.assign(places)
    left = {(place.topic, place.partition) for place in places}
    until = time.monotonic() + PATIENCE_SECONDS
    while left:
        for message in consumer.consume(len(places), 0.1):
            if message.error() is None:
                left.discard((message.topic() or "", message.partition() or 0))
                yield message
        if time.monotonic() > until:
            raise TransientError("Kafka does not give the last messages of its topics.")


def _epoch(message: Message) -> int:
    """The generation in a message's headers; 0 if it is not of the relay's making."""
    said = dict(message.headers() or ()).get(wire.EPOCH)
    return int(said) if isinstance(said, bytes) and said.isdigit() else 0
