"""Raw records to rows: the write step against update_or_create, the whole path per core, and where its time goes."""

import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from benchmarks.setting import install, options, report

WRITE_RATIO = 15.0
RECORDS_A_SECOND = 700
T = TypeVar("T")


class Clocks:
    """CPU seconds by part."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def time(self, part: str, action: Callable[[], T]) -> T:
        """Run and add to the part."""
        started = time.process_time()
        result = action()
        self.seconds[part] = self.seconds.get(part, 0.0) + time.process_time() - started
        return result

    def shares(self, records: int) -> dict[str, float]:
        """Milliseconds a record by part."""
        return {f"{part}_ms": round(1000 * seconds / records, 3) for part, seconds in self.seconds.items()}


def append_raw(count: int, *, later: bool = False) -> None:
    """Fill the log as polling does, in requests of 100."""
    from django.db import transaction

    from benchmarks.records import updates
    from ingestion.eventlog.sql import append
    from ingestion.topics import RAW

    waiting = list(updates(count, later=later))
    for start in range(0, len(waiting), 100):
        with transaction.atomic():
            append(RAW, waiting[start : start + 100], now=datetime.now(UTC))


def drain(count: int) -> tuple[float, float]:
    """CPU and wall seconds a record, from the log table to the rows, positions and events, by the real runner."""
    from ingestion.enrichment import EnrichmentConsumer
    from ingestion.eventlog.sql import SqlReader
    from ingestion.runner.loop import Runner

    consumer = EnrichmentConsumer()
    runner = Runner(consumer, SqlReader(consumer.group, consumer.topics, "benchmark"))
    passed, started = 0, (time.process_time(), time.perf_counter())
    while passed < count:
        passed += runner.turn(datetime.now(UTC))
        assert not runner.stopped_because, runner.stopped_because
    return (time.process_time() - started[0]) / count, (time.perf_counter() - started[1]) / count


def parts(count: int) -> dict[str, float]:
    """The consumer's steps one by one on records in memory."""
    from django.db import transaction

    from benchmarks.records import records
    from ingestion.enrichment import fold, rows
    from ingestion.enrichment.changes import Change, finished
    from ingestion.enrichment.snapshots import snapshot_of
    from ingestion.eventlog.base import Record

    clocks, now = Clocks(), datetime.now(UTC)

    def pass_batch(batch: Sequence[Record]) -> None:
        snapshots = clocks.time("decode", lambda: [snapshot_of(record) for record in batch])
        touched = {(snapshot.asin, snapshot.marketplace) for snapshot in snapshots}
        stored = clocks.time("read", lambda: rows.load(touched))
        known = {key: found.state for key, found in stored.items()}
        states = clocks.time("fold", lambda: [fold(known.get((s.asin, s.marketplace)), s) for s in snapshots])
        changes = clocks.time("windows_and_pack", lambda: [_finished(stored, state) for state in states])
        with transaction.atomic():
            clocks.time("write", lambda: rows.write(changes, now))

    def _finished(stored: dict[tuple[str, str], Any], state: Any) -> Change:
        return finished(stored.get((state.asin, state.marketplace)), state)

    everything = list(records(count, first_offset=1_000_000))
    for start in range(0, count, 250):
        pass_batch(everything[start : start + 250])
    return clocks.shares(count)


def write_step(count: int) -> tuple[float, float]:
    """Wall seconds a row: the writer in batches of 250, and update_or_create in autocommit, of the same values."""
    from django.db import transaction

    from benchmarks.records import records
    from ingestion.enrichment import fold, rows
    from ingestion.enrichment.changes import finished
    from ingestion.enrichment.snapshots import snapshot_of
    from products.models import Listing

    now = datetime.now(UTC)
    changes = [finished(None, fold(None, snapshot_of(record))) for record in records(count)]
    Listing.objects.all().delete()
    started = time.perf_counter()
    for start in range(0, count, 250):
        with transaction.atomic():
            rows.write(changes[start : start + 250], now)
    ours = (time.perf_counter() - started) / count
    columns = [
        field.attname
        for field in Listing._meta.concrete_fields
        if field.attname not in ("id", "product_id", "marketplace")
    ]
    written = list(Listing.objects.values("product_id", "marketplace", *columns)[: count // 4])
    Listing.objects.all().delete()
    started = time.perf_counter()
    for row in written:
        values = {name: row[name] for name in columns}
        Listing.objects.update_or_create(product_id=row["product_id"], marketplace=row["marketplace"], defaults=values)
    return ours, (time.perf_counter() - started) / len(written)


def main() -> int:
    """Measure on an installation of its own."""
    arguments = options(__doc__ or "", records=5000)
    install()
    from products.models import Listing

    count = arguments.records
    append_raw(count)
    first, wall = drain(count)
    append_raw(count, later=True)
    later, _ = drain(count)
    Listing.objects.all().delete()
    split = parts(count)
    ours, baseline = write_step(count)
    measured = {
        "records": count,
        "first_polls_a_second": round(1 / first),
        "first_polls_a_second_wall": round(1 / wall),
        "later_polls_a_second": round(1 / later),
        **split,
        "log_products_events_ms": round(1000 * first - sum(split.values()), 3),
        "rows_written_a_second": round(1 / ours),
        "update_or_create_a_second": round(1 / baseline),
        "ratio": round(baseline / ours, 1),
    }
    passed = 1 / first >= RECORDS_A_SECOND and baseline / ours >= WRITE_RATIO
    promise = f"{RECORDS_A_SECOND} records a second and core, rows at least {WRITE_RATIO} times update_or_create"
    return report("enrichment", promise, measured, passed=passed, as_json=arguments.json)


if __name__ == "__main__":
    sys.exit(main())
