"""What the scripts about Kafka share: a database and a topic of their own, and a log filled with records of 1 KB."""

import json
import random
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from benchmarks.services.database import own_database
from benchmarks.setting import asins, report

BYTES = 1000
APPENDED_AT_ONCE = 2000


@contextmanager
def installation() -> Iterator[None]:
    """An empty database of their own and a topic on the broker; both gone at the end."""
    with own_database("KAFKA_TOPIC_PREFIX"), _topic():
        yield


@contextmanager
def _topic() -> Iterator[None]:
    from confluent_kafka.admin import AdminClient, NewTopic
    from django.conf import settings

    from ingestion.eventlog.broker import name_of
    from ingestion.topics import ENRICHED, PARTITIONS

    admin, name = AdminClient(dict(settings.KAFKA)), name_of(ENRICHED.name)
    admin.create_topics([NewTopic(name, PARTITIONS, 1)])[name].result()
    while name not in admin.list_topics(timeout=5).topics:
        time.sleep(0.05)
    try:
        yield
    finally:
        admin.delete_topics([name])[name].result()


def fill(count: int) -> list[tuple[str, bytes]]:
    """Append records of 1 KB as consumers do, in transactions; returns their keys and values."""
    from django.db import transaction

    from ingestion.eventlog.sql import Entry, append_entries
    from ingestion.topics import ENRICHED

    made = [(asin, _value(asin, dice)) for dice in [random.Random(1)] for asin in asins(count)]  # noqa: S311 - values
    headers = {"schema": "products.enriched.v1"}
    for start in range(0, count, APPENDED_AT_ONCE):
        entries = [Entry(key, value, headers) for key, value in made[start : start + APPENDED_AT_ONCE]]
        with transaction.atomic():
            append_entries(ENRICHED, entries, now=datetime.now(UTC))
    return made


def _value(asin: str, dice: random.Random) -> bytes:
    """JSON as enriched products have it: half of it is names of fields, half numbers and words."""
    number = dice.randrange
    listing = {"currency": "EUR", "new": number(9000), "rank": number(10**6), "average_30": number(9000)}
    fields = {
        "schema": "products.enriched.v1",
        "event_id": f"{number(2**128):032x}",
        "occurred_at": "2026-11-20T12:00:00Z",
        "asin": asin,
        "title": " ".join(f"{number(16**6):x}" for _ in range(25)),
        "listings": {code: listing | {"observed_at": number(10**9)} for code in ("DE", "IT", "ES", "UK")},
    }
    return json.dumps(fields).encode().ljust(BYTES)[:BYTES]


def ship() -> float:
    """Wall seconds for the relay to have everything acknowledged and its positions saved."""
    from ingestion.eventlog.relay import Relay
    from ingestion.topics import ENRICHED

    relay = Relay("benchmark", topics=[ENRICHED])
    started = time.perf_counter()
    while relay.turn(datetime.now(UTC)) or relay.behind():
        pass
    seconds = time.perf_counter() - started
    relay.close()
    return seconds


def told(name: str, rates: Mapping[str, float], promise: str, least: int, args: Namespace) -> int:
    """Report records a second, ours first and then those of a bare client; returns the exit code."""
    ours, bare = rates.values()
    counts = {label: round(rate) for label, rate in rates.items()}
    measured = {"records": args.records, **counts, "ratio": round(ours / bare, 2)}
    promise = f"at least {least} records of 1 KB a second{promise}"
    return report(f"services.{name}", promise, measured, passed=ours >= least, as_json=args.json)
