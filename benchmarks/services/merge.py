"""Listings into PostgreSQL: our merge step, a bare COPY-and-merge of the same rows, and update_or_create."""

import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from benchmarks.services.database import own_database
from benchmarks.setting import options, report

if TYPE_CHECKING:
    from ingestion.enrichment.changes import Change

BATCH = 500
"""As many as the consumer passes at once."""

OF_BARE, OF_SAVING = 0.6, 20.0
NOW = datetime.now(UTC)
ROUNDS = 5


def changes_of(count: int) -> "list[Change]":
    """First polls of `count` listings with histories of 100 points in ten series, folded, and their products stored."""
    from django.db import transaction

    from benchmarks.records import records
    from ingestion.enrichment import fold
    from ingestion.enrichment.changes import finished
    from ingestion.enrichment.snapshots import snapshot_of
    from products import bulk
    from products.models import Product

    changes = [finished(None, fold(None, snapshot_of(record))) for record in records(count)]
    asins = sorted({change.after.state.asin for change in changes})
    with transaction.atomic():
        rows = ((asin, "", NOW, NOW) for asin in asins)
        bulk.insert_new(Product, ("asin", "search_text", "created_at", "updated_at"), rows)
    return changes


def in_batches(rows: Sequence[Any], action: Callable[[Sequence[Any]], None], size: int = BATCH) -> float:
    """Wall seconds a row, each batch in a transaction."""
    from django.db import transaction

    started = time.perf_counter()
    for start in range(0, len(rows), size):
        with transaction.atomic():
            action(rows[start : start + size])
    return (time.perf_counter() - started) / len(rows)


class Bare:
    """What the server can do: rows that are ready for the driver, one COPY, one statement, nothing else."""

    def __init__(self, changes: "Sequence[Change]") -> None:
        from django.db import connection
        from psycopg.types.json import Jsonb

        from ingestion.enrichment import rows
        from products.models import Listing

        fields = {field.attname: field for field in Listing._meta.concrete_fields}
        names = [*rows._WRITTEN, *rows._KEY]  # noqa: SLF001 - the same columns as the step's
        json = [at for at, name in enumerate(names) if fields[name].get_internal_type() == "JSONField"]
        self.rows = [list(rows._whole(change.after, NOW)) for change in changes]  # noqa: SLF001 - and the same rows
        for row in self.rows:
            for at in json:
                row[at] = Jsonb(row[at])
        columns = [str(fields[name].column) for name in names]
        self._types = [str(fields[name].db_type(connection)).partition("(")[0] for name in names]
        declared = ", ".join(f'"{name}" {kind}' for name, kind in zip(columns, self._types, strict=True))
        listed, sets = ", ".join(f'"{name}"' for name in columns), ", ".join(f'"{n}" = EXCLUDED."{n}"' for n in columns)
        self._create = f"CREATE TEMPORARY TABLE IF NOT EXISTS bare ({declared}) ON COMMIT DELETE ROWS"
        self._merge = (
            f"INSERT INTO {Listing._meta.db_table} ({listed}) SELECT {listed} FROM bare"  # noqa: S608 - names
            f" ON CONFLICT (asin, marketplace) DO UPDATE SET {sets}"
        )

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """One batch."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(self._create)
            with cursor.copy("COPY bare FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(self._types)
                for row in rows:
                    copy.write_row(row)
            cursor.execute(self._merge)


def both(changes: "Sequence[Change]") -> dict[str, float]:
    """Seconds a row of the bare merge and of ours, inserting and then updating, the best of rounds that alternate."""
    from ingestion.enrichment import rows
    from products.models import Listing

    bare, best = Bare(changes), dict.fromkeys(("bare insert", "bare update", "our insert", "our update"), 1e9)
    for _ in range(ROUNDS):
        for name, given, action in (
            ("bare", bare.rows, bare.write),
            ("our", changes, lambda part: rows.write(part, NOW)),
        ):
            Listing.objects.all().delete()
            for what in ("insert", "update"):
                seconds = in_batches(given, action)
                best[f"{name} {what}"] = min(best[f"{name} {what}"], seconds)
    return best


def one_by_one(changes: "Sequence[Change]") -> float:
    """Seconds a row of single statements in a pipeline, which is what few rows get."""
    from ingestion.enrichment import rows
    from products import merge

    least, merge.LEAST_ROWS = merge.LEAST_ROWS, sys.maxsize
    seconds = in_batches(changes, lambda part: rows.write(part, NOW))
    merge.LEAST_ROWS = least
    return seconds


def saving(count: int) -> float:
    """Seconds a row of update_or_create in autocommit, with the values that are there."""
    from products.models import Listing

    key = ("id", "product_id", "marketplace")
    columns = [field.attname for field in Listing._meta.concrete_fields if field.attname not in key]
    written = list(Listing.objects.values("product_id", "marketplace", *columns)[:count])
    started = time.perf_counter()
    for row in written:
        values = {name: row[name] for name in columns}
        Listing.objects.update_or_create(product_id=row["product_id"], marketplace=row["marketplace"], defaults=values)
    return (time.perf_counter() - started) / len(written)


def main() -> int:
    """Three ways with the same rows."""
    arguments = options(__doc__ or "", records=5000)
    with own_database():
        changes = changes_of(arguments.records)
        found = both(changes)
        pipelined, baseline = one_by_one(changes), saving(arguments.records // 10)
    of_bare = min(found[f"bare {what}"] / found[f"our {what}"] for what in ("insert", "update"))
    of_saving = min(baseline / found[f"our {what}"] for what in ("insert", "update"))
    measured = {
        "records": arguments.records,
        **{f"{name}, rows a second": round(1 / seconds) for name, seconds in found.items()},
        "pipelined update, rows a second": round(1 / pipelined),
        "update_or_create, rows a second": round(1 / baseline),
        "share of a bare merge": round(of_bare, 2),
        "ratio": round(of_saving, 1),
    }
    promise = f"at least {OF_BARE:.0%} of a bare COPY-and-merge and {OF_SAVING:.0f} times update_or_create"
    passed = of_bare >= OF_BARE and of_saving >= OF_SAVING
    return report("services.merge", promise, measured, passed=passed, as_json=arguments.json)


if __name__ == "__main__":
    sys.exit(main())
