"""The log to rows on PostgreSQL, from Keepa's JSON with 100-point histories, by one process and by two."""

import multiprocessing
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from benchmarks.enrichment import append_raw
from benchmarks.services.database import own_database
from benchmarks.setting import options, report

if TYPE_CHECKING:
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.synchronize import Barrier

A_SECOND = 700
GAIN = 1.1
"""Two processes and the server share two cores here; with a core each, two pass twice as much."""


def drain(ready: "Barrier", told: "SimpleQueue[tuple[int, float, float]]", name: str) -> None:
    """A consumer as `run_consumers` runs it, until the topic's end; tells records, wall and CPU seconds."""
    import django

    django.setup()
    from ingestion.enrichment import EnrichmentConsumer
    from ingestion.eventlog.sql import SqlReader
    from ingestion.runner.loop import Runner

    consumer = EnrichmentConsumer()
    runner = Runner(consumer, SqlReader(consumer.group, consumer.topics, name))
    passed = 0
    ready.wait()
    started, cpu = time.perf_counter(), time.process_time()
    while True:
        passed += (now := runner.turn(datetime.now(UTC)))
        assert not runner.stopped_because, runner.stopped_because
        if not now and not runner.reader.behind():
            break
    told.put((passed, time.perf_counter() - started, time.process_time() - cpu))
    runner.reader.close()


def run(processes: int, count: int) -> tuple[float, float]:
    """Records a second of them all together, and a CPU second of one of them."""
    context = multiprocessing.get_context("spawn")
    ready: Barrier = context.Barrier(processes)
    told: SimpleQueue[tuple[int, float, float]] = context.SimpleQueue()
    started = [context.Process(target=drain, args=(ready, told, f"benchmark-{n}")) for n in range(processes)]
    for process in started:
        process.start()
    results = [told.get() for _ in started]
    for process in started:
        process.join()
    passed, longest, cpu = sum(r[0] for r in results), max(r[1] for r in results), sum(r[2] for r in results)
    assert passed == count, f"{passed} of {count}"
    return count / longest, count / cpu


def main() -> int:
    """The same records twice: first polls of other listings each time."""
    arguments = options(__doc__ or "", records=12_000)
    count = arguments.records
    with own_database():
        from products.models import Listing

        append_raw(count)
        alone, a_cpu_second = run(1, count)
        assert Listing.objects.count() == count
        Listing.objects.all().delete()
        append_raw(count)
        together, _ = run(2, count)
        assert Listing.objects.count() == count
    measured = {
        "records": count,
        "1 process, records a second": round(alone),
        "2 processes, records a second": round(together),
        "records a CPU second": round(a_cpu_second),
        "gain of the second": round(together / alone, 2),
        "ratio": round(alone / A_SECOND, 2),
    }
    promise = f"{A_SECOND} records a second and process, and {GAIN} times as many by two on two cores with the server"
    passed = alone >= A_SECOND and together >= GAIN * alone
    return report("services.log_to_postgres", promise, measured, passed=passed, as_json=arguments.json)


if __name__ == "__main__":
    sys.exit(main())
