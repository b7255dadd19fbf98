"""Many rows on PostgreSQL: COPY into a temporary table, then one statement that merges it.

What `products.bulk` does there with more than a few rows; docs/decisions/0016-copy-and-merge.md has the reasons. Runs
in the caller's transaction, or in one of its own.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple
from zlib import crc32

from django.db import connection, models, transaction

LEAST_ROWS = 20
"""Fewer rows are faster in a pipeline of single statements (`python -m benchmarks.services.merge` shows both)."""

Rows = Sequence[Sequence[Any]]

_STAGED_AS = {"smallint": "bigint", "integer": "bigint", "varchar": "text", "jsonb": "text"}
"""Binary COPY would cut a number that is too large to one that fits: staged whole, it is refused by the merge."""


class Shape(NamedTuple):
    """Columns of a table: their quoted names, the types in which they are staged, and what the merge makes of those."""

    names: list[str]
    kinds: list[str]
    values: list[str]


def suits(rows: Rows, key: Sequence[int] = ()) -> bool:
    """Whether to merge: on PostgreSQL, enough rows, and none whose columns at `key` are another's as well.

    One statement cannot touch a row twice; of two rows with one key the second one counts, one after the other.
    """
    if connection.vendor != "postgresql" or len(rows) < LEAST_ROWS:
        return False
    return not key or len(set(map(itemgetter(*key), rows))) == len(rows)


def append(model: type[models.Model], columns: Sequence[str], rows: Rows) -> None:
    """Add new rows, straight into the table. As text, in which the server judges every number."""
    names = ", ".join(_shape(model, tuple(columns)).names)
    _copy(f"COPY {_table(model)} ({names}) FROM STDIN", rows)


def insert(model: type[models.Model], columns: Sequence[str], rows: Rows, conflict: str) -> int:
    """INSERT in the rows' order with the clause `conflict`; returns how many rows it touched."""
    shape = _shape(model, tuple(columns))
    with _staged(model, columns, rows) as stage, connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_table(model)} ({', '.join(shape.names)})"  # noqa: S608 - names of the model
            f" SELECT {', '.join(shape.values)} FROM {stage} ORDER BY {stage}.ctid {conflict}"
        )
        return int(cursor.rowcount)


def update(
    model: type[models.Model], columns: Sequence[str], rows: Rows, settled: int, added: int, guard: Sequence[int]
) -> int:
    """UPDATE: of `columns` the first are set, the next raised, and the rest are the key; returns how many rows.

    Only where the columns at `guard` are not larger than the new values. The rows are locked in their order first,
    because the join of an UPDATE visits them in any order.
    """
    table, (names, _, values) = _table(model), _shape(model, tuple(columns))
    end = settled + added
    sets = [f"{names[at]} = {values[at]}" for at in range(settled)]
    sets += [f"{names[at]} = {table}.{names[at]} + c{at}" for at in range(settled, end)]
    key = " AND ".join(f"{table}.{names[at]} = c{at}" for at in range(end, len(names)))
    where = " AND ".join([key, *(f"{table}.{names[at]} <= c{at}" for at in guard)])
    with _staged(model, columns, rows) as stage, connection.cursor() as cursor:
        locked = f"ORDER BY {stage}.ctid FOR UPDATE OF {table}"
        cursor.execute(f"SELECT 1 FROM {stage} JOIN {table} ON {key} {locked}")  # noqa: S608 - names of the model
        cursor.execute(
            f"UPDATE {table} SET {', '.join(sets)} FROM {stage} WHERE {where}"  # noqa: S608 - names of the model
        )
        return int(cursor.rowcount)


@contextmanager
def _staged(model: type[models.Model], columns: Sequence[str], rows: Rows) -> Iterator[str]:
    """The name of a temporary table with columns c0, c1 ... that holds the rows; the next user finds it empty.

    A connection keeps it: a table made anew for every batch would leave its columns' rows in the catalogue each time.
    """
    kinds = _shape(model, tuple(columns)).kinds
    stage = f"stage_{crc32(' '.join(kinds).encode()):08x}"
    declared = ", ".join(f"c{at} {kind}" for at, kind in enumerate(kinds))
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} ({declared}) ON COMMIT DELETE ROWS")
        _copy(f"COPY {stage} FROM STDIN (FORMAT BINARY)", rows, kinds)
        yield stage
        cursor.execute(f"DELETE FROM {stage}")  # noqa: S608 - the same transaction may stage rows again


def _copy(statement: str, rows: Rows, kinds: Sequence[str] = ()) -> None:
    """Send the rows; in binary if their kinds are given."""
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copying:
        if kinds:
            copying.set_types(kinds)
        for row in rows:
            copying.write_row(row)


@cache
def _shape(model: type[models.Model], columns: tuple[str, ...]) -> Shape:
    by_attribute = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_attribute[name] for name in columns]
    plain = [str(field.db_type(connection)).partition("(")[0] for field in fields]
    names = [connection.ops.quote_name(str(field.column)) for field in fields]
    values = [f"c{at}::jsonb" if kind == "jsonb" else f"c{at}" for at, kind in enumerate(plain)]
    return Shape(names, [_STAGED_AS.get(kind, kind) for kind in plain], values)


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)
