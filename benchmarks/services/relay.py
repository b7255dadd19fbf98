"""The relay from a filled log to acknowledged messages, against a bare producer of the same bytes."""

import sys
import time

from benchmarks.services.kilobytes import fill, installation, ship, told
from benchmarks.setting import options

A_SECOND = 20_000


def produce(made: list[tuple[str, bytes]]) -> float:
    """Wall seconds of the same messages from memory, with the relay's settings and no report on any of them."""
    from confluent_kafka import Producer
    from django.conf import settings

    from ingestion.eventlog.broker import name_of
    from ingestion.eventlog.murmur2 import partition_of
    from ingestion.eventlog.relay import ROLE
    from ingestion.topics import ENRICHED, PARTITIONS

    producer, name = Producer({**settings.KAFKA, **ROLE, "queue.buffering.max.messages": 10**6}), name_of(ENRICHED.name)
    places = [partition_of(key, PARTITIONS) for key, _ in made]
    started = time.perf_counter()
    for (key, value), partition in zip(made, places, strict=True):
        while True:
            try:
                producer.produce(name, value, key, partition, headers=[("schema", b"products.enriched.v1")])
                break
            except BufferError:
                producer.poll(0.01)
    producer.flush()
    return time.perf_counter() - started


def main() -> int:
    """Both in one run, the bare producer first."""
    args = options(__doc__ or "", records=200_000)
    with installation():
        made = fill(args.records)
        bare = args.records / produce(made)
        rates = {"relay, records a second": args.records / ship(), "bare producer": bare}
    return told("relay", rates, "", A_SECOND, args)


if __name__ == "__main__":
    sys.exit(main())
