"""A consumer of Kafka up to the step's own work: reading, checking numbers, saving positions; against a bare loop."""

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from benchmarks.services.kilobytes import fill, installation, ship, told
from benchmarks.setting import options

if TYPE_CHECKING:
    from ingestion.eventlog.base import Record
    from ingestion.runner.consumers import Effects

A_SECOND = 30_000
BATCH = 5000


def bare(count: int) -> float:
    """Wall seconds to receive everything, from the first message on."""
    from confluent_kafka import Consumer
    from django.conf import settings

    from ingestion.eventlog.broker import name_of
    from ingestion.eventlog.membership import ROLE
    from ingestion.topics import ENRICHED

    consumer = Consumer({**settings.KAFKA, **ROLE, "group.id": name_of("bare")})
    consumer.subscribe([name_of(ENRICHED.name)])
    received, started = 0, 0.0
    while received < count:
        received += len(consumer.consume(BATCH, 0.05))
        started = started or (time.perf_counter() if received else 0.0)
    seconds = time.perf_counter() - started
    consumer.close()
    return seconds


class Nothing:
    """A step that takes records and does nothing with them."""

    batch_size = BATCH

    def __init__(self) -> None:
        from ingestion.topics import DETECTOR, ENRICHED, Topic

        self.group = DETECTOR
        self.topics: tuple[Topic, ...] = (ENRICHED,)
        self.bytes = 0

    def prepare(self, records: "Sequence[Record]", now: datetime) -> "Effects":  # noqa: ARG002 - a consumer's shape
        """Look at every value, as any step would."""
        from ingestion.runner.consumers import Effects

        self.bytes += sum(len(record.value) for record in records)
        return Effects(lambda: None)


def run(count: int) -> float:
    """Wall seconds by the real runner, from the first batch on."""
    from ingestion.eventlog.kafka import KafkaReader
    from ingestion.runner.collector import collect_rarely
    from ingestion.runner.loop import Runner

    collect_rarely()  # as every process of consumers does
    step = Nothing()
    runner = Runner(step, KafkaReader(step.group, step.topics, "benchmark"))
    passed, started = 0, 0.0
    while passed < count:
        passed += runner.turn(datetime.now(UTC))
        started = started or (time.perf_counter() if passed else 0.0)
        assert not runner.stopped_because, runner.stopped_because
    seconds = time.perf_counter() - started
    runner.reader.close()
    return seconds


def main() -> int:
    """Both in one run, the bare loop first."""
    args = options(__doc__ or "", records=200_000)
    with installation():
        fill(args.records)
        ship()
        plain = args.records / bare(args.records)
        rates = {"consumer, records a second": args.records / run(args.records), "bare consume loop": plain}
    return told("consumer", rates, " up to the step", A_SECOND, args)


if __name__ == "__main__":
    sys.exit(main())
