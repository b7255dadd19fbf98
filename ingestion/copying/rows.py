"""Reading rows of a table and inserting them elsewhere, some hundred at a time, whatever their columns are."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.core.management.color import no_style
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from ingestion.copying.tables import Table

PAGE = 250
"""Rows in memory at a time; one with its whole history has some ten kilobytes."""

Row = tuple[Any, ...]
Adapter = tuple[int, Callable[[Any], Any]]
"""A column's place, and what turns its values into what the driver takes."""

_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.FloatField, models.BooleanField)
"""Fields whose values both drivers take and give as they are."""


def pages(table: Table, alias: str, where: models.Q | None = None) -> Iterator[list[Row]]:
    """All rows, or those of `where`, as values of all columns, streamed. Inside a transaction: PostgreSQL's cursor."""
    names = [field.attname for field in table._meta.concrete_fields]
    found = table._base_manager.using(alias).filter(where or models.Q()).order_by("pk").values_list(*names)
    rows = found.iterator(chunk_size=PAGE)
    while page := list(islice(rows, PAGE)):
        yield page


def insert(table: Table, rows: Sequence[Row], alias: str) -> None:
    """Insert rows of all columns in the caller's transaction: COPY on PostgreSQL, else executemany."""
    connection = connections[alias]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in table._meta.concrete_fields)
    target = f"{quote(table._meta.db_table)} ({columns})"
    adapters = _adapters(table, connection)
    prepared = [_prepared(row, adapters) for row in rows]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {target} FROM STDIN") as copy:
                for row in prepared:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(table._meta.concrete_fields))
            cursor.executemany(f"INSERT INTO {target} VALUES ({marks})", prepared)  # noqa: S608 - names of the model


def reset_sequences(tables: Sequence[Table], alias: str) -> None:
    """Let new rows be numbered after those that were inserted with their numbers."""
    with connections[alias].cursor() as cursor:
        for statement in connections[alias].ops.sequence_reset_sql(no_style(), list(tables)):
            cursor.execute(statement)


def _prepared(row: Row, adapters: Sequence[Adapter]) -> list[Any]:
    values = list(row)
    for index, adapt in adapters:
        if values[index] is not None:
            values[index] = adapt(values[index])
    return values


def _adapters(table: Table, connection: BaseDatabaseWrapper) -> list[Adapter]:
    return [
        (index, bytes if isinstance(field, models.BinaryField) else _adapter(field, connection))
        for index, field in enumerate(table._meta.concrete_fields)
        if not isinstance(_holding(field), _PLAIN)
    ]


def _adapter(field: "models.Field[Any, Any]", connection: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    return lambda value: field.get_db_prep_save(value, connection)


def _holding(field: "models.Field[Any, Any]") -> "models.Field[Any, Any]":
    """The field whose values the column holds: a foreign key's are those of what it points to."""
    return field.target_field if isinstance(field, models.ForeignKey) else field
