"""Reading rows of a table and inserting them elsewhere, some hundred at a time, whatever their columns are."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.core.management.color import no_style
from django.db import DataError, IntegrityError, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from ingestion.copying.guards import CopyRefused
from ingestion.copying.tables import Table

PAGE = 250
"""Rows in memory at a time; one with its whole history has some ten kilobytes."""

Row = tuple[Any, ...]
Adapter = tuple[int, Callable[[Any], Any]]
"""A column's place, and what turns its values into what the driver takes."""

_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.FloatField, models.BooleanField)
"""Fields whose values both drivers take and give as they are."""

_REFUSED = (DataError, IntegrityError, UnicodeEncodeError, OverflowError)
"""What a value raises that the database, or its driver before it, does not take."""


def pages(table: Table, alias: str, where: models.Q | None = None) -> Iterator[list[Row]]:
    """All rows, or those of `where`, as values of all columns, streamed. Inside a transaction: PostgreSQL's cursor."""
    names = [field.attname for field in table._meta.concrete_fields]
    found = table._base_manager.using(alias).filter(where or models.Q()).order_by("pk").values_list(*names)
    rows = found.iterator(chunk_size=PAGE)
    while page := list(islice(rows, PAGE)):
        yield page


def insert(table: Table, rows: Sequence[Row], alias: str) -> None:
    """Insert rows of all columns in the caller's transaction: COPY on PostgreSQL, else executemany.

    Raises CopyRefused, which names the row, where the database does not take one; the caller has to roll back.
    """
    try:
        with transaction.atomic(using=alias):
            _insert(table, rows, alias)
    except _REFUSED as error:
        row, reason = _refused(table, rows, alias) or ("a row", error)
        raise refusal(f"{table._meta.db_table} there does not take {row}", reason) from error


def refusal(what: str, error: Exception) -> CopyRefused:
    """As a person reads it. Of a server's words the first line: others may show whole rows, passwords included."""
    text = str(error)
    parts = [text.strip().partition("\n")[0].rstrip(".")]
    parts += re.findall(r", (column \w+)", text)[:1]
    parts += re.findall(r"^DETAIL:\s+(Key .*?)\.?$", text, re.MULTILINE)[:1]
    return CopyRefused(
        f"Nothing was copied: {what} ({'; '.join(parts)})."
        " Correct or remove the row in the database that is copied, and try again."
    )


def _refused(table: Table, rows: Sequence[Row], alias: str) -> tuple[str, Exception] | None:
    """The first row that is not taken, and why. One by one: a driver that sends many does not say which it was."""
    key = table._meta.pk
    at = [field.name for field in table._meta.concrete_fields].index(key.name)
    for row in rows:
        try:
            with transaction.atomic(using=alias):
                _insert(table, [row], alias)
        except _REFUSED as error:
            return f"the row whose {key.column} is {row[at]!r:.80}", error
    return None


def _insert(table: Table, rows: Sequence[Row], alias: str) -> None:
    connection = connections[alias]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in table._meta.concrete_fields)
    target = f"{quote(table._meta.db_table)} ({columns})"
    adapters = _adapters(table, connection)
    prepared = [_prepared(row, adapters) for row in rows]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {target} FROM STDIN") as copy:
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
