"""What a process of each stage carries on real servers, and what two and four of them give together.

For one, two and four processes a stage, an installation of its own polls the same invented products, with nothing
else running; then one stage after the other works off what the one before has left, and none of its processes begins
before all have joined. The servers' own CPU is counted beside that of the processes. docs/scaling.md is made of these
figures.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import psycopg
from confluent_kafka.admin import AdminClient
from elasticsearch import Elasticsearch

from benchmarks.setting import cpu_of_tree, cpu_seconds, options, report
from products.marketplaces import CODES
from tests import servers
from tests.faults import proof
from tests.installation import Installation

PROCESSES = (1, 2, 4)
STAGES: dict[str, tuple[str, list[str]]] = {
    "consume_raw": ("enrichment-consumer", ["raw.keepa_updates"]),
    "detect_opportunities": ("arbitrage-detector", ["products.enriched"]),
    "evaluate_alerts": ("alert-rules", ["products.enriched", "arbitrage.opportunities"]),
}
"""The consumers' commands with their groups and topics, in the order in which one feeds the next."""
PATIENCE = 600.0
_RAW = "SELECT coalesce(sum(next_offset), 0) FROM ingestion_logpartition WHERE topic = 'raw.keepa_updates'"
_MARKED = "SELECT count(*) FROM products_searchdirty"
_MAKE = "from ingestion.eventlog.leases import rows_of; [rows_of({!r}, topic) for topic in {!r}]"
_HOLD = 'SELECT id FROM ingestion_logposition WHERE "group" = %s FOR UPDATE'
_WAITING = """
SELECT coalesce(sum(log.next_offset - coalesce(position.next_offset, 0)), 0) FROM ingestion_logpartition log
LEFT JOIN ingestion_logposition position
ON position.topic = log.topic AND position.partition = log.partition AND position."group" = %s
WHERE log.topic = ANY(%s)
"""
_SIZE = "SELECT pg_total_relation_size('{0}') / greatest(1, (SELECT count(*) FROM {0}))"
_VALUES = "SELECT topic, avg(length(value)) FROM ingestion_logrecord GROUP BY topic ORDER BY topic"
LEAST_GAIN = 1.2
"""Of two enrichment processes over one, where the machine has two cores and the servers take part of them."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Records that a stage passed, in how long, with how much CPU of its processes and of the servers."""

    records: int
    seconds: float
    cpu: float
    servers_cpu: float

    def shown(self) -> str:
        """A line of the report."""
        each = 1000 / max(1, self.records)
        return (
            f"{self.records / self.seconds:,.0f}/s, {self.cpu * each:.2f} ms of its CPU and"
            f" {self.servers_cpu * each:.2f} ms of the servers' a record"
        )


def main() -> int:
    """Measure, and hold two enrichment processes to more than one."""
    arguments = options(__doc__ or "", products=3000)
    measured: dict[str, object] = {"cores": os.cpu_count()}
    rates: dict[int, float] = {}
    for number in PROCESSES:
        with Installation(f"stages{number}", LOG_LEVEL="ERROR") as installation:
            for stage, passed in _measure(installation, number, arguments.products):
                sys.stderr.write(f"{stage} x {number}: {passed.shown()}\n")
                measured[f"{stage} x {number}"] = passed.shown()
                if stage == "consume_raw":
                    rates[number] = passed.records / passed.seconds
            measured |= _disk(installation) if number == 1 else {}
    gain = rates[2] / rates[1]
    measured["two_over_one"] = round(gain, 2)
    promise = f"two enrichment processes pass {LEAST_GAIN} times what one does"
    return report("stages", promise, measured, passed=gain >= LEAST_GAIN, as_json=arguments.json)


def _measure(installation: Installation, number: int, products: int) -> Iterator[tuple[str, Pass]]:
    """Each stage on what the one before it left; one process where more have never been needed."""
    installation.commands |= {name: f"python manage.py {name}" for name in (*STAGES, "index_products")}
    installation.prepare(products)
    admin = AdminClient({"bootstrap.servers": installation.environment["KAFKA_BOOTSTRAP_SERVERS"], "log_level": 4})
    listings = products * len(CODES)
    with _running(installation, "simulator", "beat"), _copies(installation, "worker-poll", 1) as sessions:
        polled = _timed(sessions, lambda: listings - _number(installation, _RAW), listings)
    for name, (group, topics) in STAGES.items():
        waiting = partial(_number, installation, _WAITING, group, topics)
        installation.manage("shell", "-c", _MAKE.format(group, topics))
        with _running(installation, "relay"), _copies(installation, name, number) as sessions:
            with _held(installation, group):
                on_kafka = installation.environment["KAFKA_TOPIC_PREFIX"] + group
                proof.wait_until(f"joining of {name}", partial(_joined, admin, on_kafka, number), PATIENCE)
            yield name, _timed(sessions, waiting, waiting())
    if number == 1:
        yield "poll", polled
        with _copies(installation, "index_products", 1) as sessions:
            marked = partial(_number, installation, _MARKED)
            yield "index_products", _timed(sessions, marked, marked())


@contextmanager
def _held(installation: Installation, group: str) -> Iterator[None]:
    """Members cannot take the leases of what Kafka assigns them while the block runs."""
    with psycopg.connect(installation.database) as connection:
        connection.execute(_HOLD, [group])
        yield


def _joined(admin: AdminClient, group: str, number: int) -> bool:
    """Whether the group has so many members, each with partitions."""
    members = admin.describe_consumer_groups([group])[group].result().members
    return len(members) == number and all(member.assignment.topic_partitions for member in members)


@contextmanager
def _copies(installation: Installation, name: str, number: int) -> Iterator[list[int]]:
    """So many processes of a stage while the block runs; yields their sessions."""
    names = [f"{name} {copy}" for copy in range(number)]
    for alias in names:
        installation.start(name, alias=alias)
    yield [installation.running[alias].pid for alias in names]
    for alias in names:
        installation.end(alias, signal.SIGTERM)


@contextmanager
def _running(installation: Installation, *names: str) -> Iterator[None]:
    for name in names:
        installation.start(name)
    yield
    for name in names:
        installation.end(name, signal.SIGTERM)


def _timed(sessions: Sequence[int], waiting: Callable[[], int], begun: int) -> Pass:
    """From the first move, after which less than `begun` waits, until nothing does."""
    proof.wait_until("a move", lambda: waiting() < begun, PATIENCE, every=0.02)
    begun, before, clock = waiting(), _cpu(sessions), time.monotonic()
    proof.wait_until("the end", lambda: waiting() <= 0, PATIENCE, every=0.02)
    seconds, after = time.monotonic() - clock, _cpu(sessions)
    return Pass(begun, seconds, after[0] - before[0], after[1] - before[1])


def _cpu(sessions: Sequence[int]) -> tuple[float, float]:
    """CPU seconds so far of these processes, and of the servers."""
    return sum(map(cpu_seconds, sessions)), sum(cpu_of_tree(servers.pid(name)) for name in servers.NAMES)


def _disk(installation: Installation) -> dict[str, object]:
    """Bytes a listing, a record of the log and a search document take, indexes included; values of topics as stored."""
    listing = _number(installation, _SIZE.format("products_listing"))
    record = _number(installation, _SIZE.format("ingestion_logrecord"))
    with Elasticsearch(installation.environment["ELASTICSEARCH_URL"]) as client:
        index = f"{installation.name}-products"
        client.indices.forcemerge(index=index)
        store = client.indices.stats(index=index)["_all"]["primaries"]
    document = store["store"]["size_in_bytes"] // max(1, store["docs"]["count"])
    sizes = {f"{topic}_bytes": int(mean) for topic, mean in installation.rows(_VALUES)}
    return {"listing_bytes": listing, "log_record_bytes": record, "document_bytes": document, **sizes}


def _number(installation: Installation, query: str, *values: object) -> int:
    [(number,)] = installation.rows(query, *values)
    return int(number)


if __name__ == "__main__":
    sys.exit(main())
