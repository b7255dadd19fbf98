"""What a process of each stage carries on real servers, and what two and four of them give together.

For one, two and four processes a stage, an installation of its own polls the same invented products, with nothing
else running; then one stage after the other works off what the one before has left. The servers' own CPU is counted
beside that of the processes. docs/scaling.md is made of these figures.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

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
_ALL = "SELECT coalesce(sum(next_offset), 0) FROM ingestion_logpartition"
_RAW = f"{_ALL} WHERE topic = 'raw.keepa_updates'"
_SHIPPED = "SELECT coalesce(sum(next_offset), 0) FROM ingestion_relayposition WHERE topic NOT LIKE '%%.dlq'"
_MARKED = "SELECT count(*) FROM products_searchdirty"
_WAITING = """
SELECT coalesce(sum(log.next_offset - coalesce(position.next_offset, 0)), 0) FROM ingestion_logpartition log
LEFT JOIN ingestion_logposition position
ON position.topic = log.topic AND position.partition = log.partition AND position."group" = %s
WHERE log.topic = ANY(%s)
"""
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
    arguments = options(__doc__ or "", products=1000)
    measured: dict[str, object] = {"cores": os.cpu_count()}
    rates: dict[int, float] = {}
    for number in PROCESSES:
        with Installation(f"stages{number}", LOG_LEVEL="ERROR") as installation:
            for stage, passed in _measure(installation, number, arguments.products):
                measured[f"{stage} x {number}"] = passed.shown()
                if stage == "consume_raw":
                    rates[number] = passed.records / passed.seconds
    gain = rates[2] / rates[1]
    measured["two_over_one"] = round(gain, 2)
    promise = f"two enrichment processes pass {LEAST_GAIN} times what one does"
    return report("stages", promise, measured, passed=gain >= LEAST_GAIN, as_json=arguments.json)


def _measure(installation: Installation, number: int, products: int) -> Iterator[tuple[str, Pass]]:
    """Poll, ship, and then each consumer on what the one before it left; `number` processes of each but the poller."""
    installation.commands |= {name: f"python manage.py {name}" for name in (*STAGES, "index_products")}
    installation.prepare(products)
    listings = products * len(CODES)
    with _running(installation, "simulator", "beat"):
        yield "poll", _pass(installation, "worker-poll", 1, lambda: _number(installation, _RAW), listings)
    yield "relay", _pass(installation, "relay", number, lambda: _number(installation, _SHIPPED), _ends(installation))
    for name, (group, topics) in STAGES.items():
        with _running(installation, "relay"):
            proof.wait_until("shipping", lambda: _number(installation, _SHIPPED) == _ends(installation), PATIENCE)
        yield name, _worked_off(installation, name, number, partial(_number, installation, _WAITING, group, topics))
    marked = partial(_number, installation, _MARKED)
    yield "index_products", _worked_off(installation, "index_products", number, marked)


def _worked_off(installation: Installation, name: str, number: int, waiting: Callable[[], int]) -> Pass:
    wanted = waiting()
    return _pass(installation, name, number, lambda: wanted - waiting(), wanted)


@contextmanager
def _running(installation: Installation, *names: str) -> Iterator[None]:
    for name in names:
        installation.start(name)
    yield
    for name in names:
        installation.end(name, signal.SIGTERM)


def _pass(installation: Installation, name: str, number: int, progress: Callable[[], int], wanted: int) -> Pass:
    """Let processes pass what waits; counted from the first move on, so that starting and joining a group is not."""
    names = [f"{name} {copy}" for copy in range(number)]
    for alias in names:
        installation.start(name, alias=alias)
    sessions = [installation.running[alias].pid for alias in names]
    proof.wait_until(f"the first move of {name}", lambda: progress() > 0, PATIENCE)
    begun, before, clock = progress(), _cpu(sessions), time.monotonic()
    proof.wait_until(f"the end of {name}", lambda: progress() >= wanted, PATIENCE, every=0.05)
    seconds, after = time.monotonic() - clock, _cpu(sessions)
    for alias in names:
        installation.end(alias, signal.SIGTERM)
    return Pass(wanted - begun, seconds, after[0] - before[0], after[1] - before[1])


def _cpu(sessions: Sequence[int]) -> tuple[float, float]:
    """CPU seconds so far of these processes, and of the servers."""
    return sum(map(cpu_seconds, sessions)), sum(cpu_of_tree(servers.pid(name)) for name in servers.NAMES)


def _number(installation: Installation, query: str, *values: object) -> int:
    [(number,)] = installation.rows(query, *values)
    return int(number)


def _ends(installation: Installation) -> int:
    return _number(installation, _ALL)


if __name__ == "__main__":
    sys.exit(main())
