"""Listings into PostgreSQL: our merge step, a bare COPY-and-merge of the same rows, and update_or_create."""

import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import inf
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


def changes_of(count: int) -> "tuple[list[Change], list[Change]]":
    """First polls of `count` listings with histories of 100 points in ten series, and second ones, folded.

    Their products are stored.
    """
    from django.db import transaction

    from benchmarks.records import records
    from ingestion.enrichment import fold
    from ingestion.enrichment.changes import finished
    from ingestion.enrichment.snapshots import snapshot_of
    from products import bulk
    from products.models import Product

    changes = [finished(None, fold(None, snapshot_of(record))) for record in records(count)]
    later = [
        finished(change.after, fold(change.after.state, snapshot_of(record)))
        for change, record in zip(changes, records(count, later=True), strict=True)
    ]
    asins = sorted({change.after.state.asin for change in changes})
    with transaction.atomic():
        rows = ((asin, "", NOW, NOW) for asin in asins)
        bulk.insert_new(Product, ("asin", "search_text", "created_at", "updated_at"), rows)
    return changes, later


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

    def __init__(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, merge: str) -> None:
        """`merge` has the names of the table and of the temporary one, and what each column is set to, as fields."""
        from django.db import connection
        from psycopg.types.json import Jsonb

        from products.models import Listing

        fields = {field.attname: field for field in Listing._meta.concrete_fields}
        json = [at for at, column in enumerate(columns) if fields[column].get_internal_type() == "JSONField"]
        self.rows = [list(row) for row in rows]
        for row in self.rows:
            for at in json:
                row[at] = Jsonb(row[at])
        names = [str(fields[column].column) for column in columns]
        self._types = [str(fields[column].db_type(connection)).partition("(")[0] for column in columns]
        declared = ", ".join(f'"{column}" {kind}' for column, kind in zip(names, self._types, strict=True))
        self._create = f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({declared}) ON COMMIT DELETE ROWS"
        self._copy = f"COPY {name} FROM STDIN (FORMAT BINARY)"
        self._merge = merge.format(
            table=Listing._meta.db_table,
            stage=name,
            columns=", ".join(f'"{column}"' for column in names),
            excluded=", ".join(f'"{column}" = EXCLUDED."{column}"' for column in names),
            staged=", ".join(f'"{column}" = {name}."{column}"' for column in names),
        )

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """One batch."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(self._create)
            with cursor.copy(self._copy) as copy:
                copy.set_types(self._types)
                for row in rows:
                    copy.write_row(row)
            cursor.execute(self._merge)


INSERT = (
    "INSERT INTO {table} ({columns}) SELECT {columns} FROM {stage} ON CONFLICT (asin, marketplace) DO UPDATE SET"
    " {excluded}"
)
UPDATE = (
    "UPDATE {table} SET {staged} FROM {stage}"
    " WHERE {table}.asin = {stage}.asin AND {table}.marketplace = {stage}.marketplace"
)


def both(first: "Sequence[Change]", later: "Sequence[Change]") -> dict[str, float]:
    """Seconds a row of the bare merge and of ours, first polls and then second ones, the best of alternating rounds.

    Both write the same rows: all columns of the first polls, and of the second ones those that our step writes.
    """
    from ingestion.enrichment import rows
    from products.models import Listing

    always, changing, key = rows._always, rows._changing, rows._key  # noqa: SLF001 - the step's own columns and rows
    whole = [rows._whole(change.after, NOW) for change in first]  # noqa: SLF001 - as above
    moved = [(*always(change.after), *changing(change.after, NOW), *key(change.after)) for change in later]
    assert all(change.before and change.before.packed.base is change.after.packed.base for change in later)
    inserts = Bare("first_polls", [*rows._WRITTEN, *rows._KEY], whole, merge=INSERT)  # noqa: SLF001 - as above
    updates = Bare("later_polls", [*rows._ALWAYS, *rows._FACTS, *rows._KEY], moved, merge=UPDATE)  # noqa: SLF001 - as above

    def ours(part: "Sequence[Change]") -> None:
        rows.write(part, NOW)

    best: dict[str, float] = {}
    for _ in range(ROUNDS):
        for pair in (
            (("bare insert", inserts.rows, inserts.write), ("bare update", updates.rows, updates.write)),
            (("our insert", first, ours), ("our update", later, ours)),
        ):
            Listing.objects.all().delete()
            for name, given, action in pair:
                best[name] = min(best.get(name, inf), in_batches(given, action))
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
        first, later = changes_of(arguments.records)
        found = both(first, later)
        pipelined, baseline = one_by_one(later), saving(arguments.records // 10)
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
