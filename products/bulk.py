"""Many rows in one statement: INSERT ... ON CONFLICT, UPDATE and DELETE, built from a model's columns.

By executemany, which is about forty times faster than saving rows one by one; on PostgreSQL many rows go by COPY
(`products.merge`), which is several times faster again.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import msgspec
from django.db import connection, models

from products import merge

Row = Sequence[Any]


def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows whose keys are new, in their order; one that exists is an IntegrityError."""
    adapted = _adapted(model, columns, rows)
    if merge.suits(adapted):
        merge.append(model, columns, adapted)
    else:
        _execute(_insertion(model, columns, ""), adapted)


def insert_new(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows, those that are there already left as they are; other columns get the model's defaults.

    Who gives many should give them sorted, so that two who give the same wait for each other in one order.
    """
    others = [field for field in model._meta.concrete_fields if field.attname not in columns and not field.primary_key]
    every, defaults = [*columns, *(field.attname for field in others)], [field.get_default() for field in others]
    adapted = _adapted(model, every, ([*row, *defaults] for row in rows))
    if merge.suits(adapted):
        merge.insert(model, every, adapted, "ON CONFLICT DO NOTHING")
    else:
        _execute(_insertion(model, every, "ON CONFLICT DO NOTHING"), adapted)


def upsert(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    key: Sequence[str],
    update: Sequence[str],
    raise_by_one: Sequence[str] = (),
    never_back: str = "",
) -> int:
    """Insert rows, or where the key exists set the columns of `update` and add one to those of `raise_by_one`.

    A row whose column `never_back` is larger than the new value stays as it is. Returns how many rows were written.
    Names are attribute names of the model (`product_id`). Runs in the caller's transaction; values are not validated
    beyond what the database checks.
    """
    names = _names(model)
    table = connection.ops.quote_name(model._meta.db_table)
    sets = [f"{names[name]} = EXCLUDED.{names[name]}" for name in update]
    sets += [f"{names[name]} = {table}.{names[name]} + 1" for name in raise_by_one]
    conflict = f"ON CONFLICT ({', '.join(names[name] for name in key)}) DO UPDATE SET {', '.join(sets)}"
    if never_back:
        conflict += f" WHERE {table}.{names[never_back]} <= EXCLUDED.{names[never_back]}"
    places = [columns.index(name) for name in key]
    adapted = _in_order(_adapted(model, columns, rows), places)
    if merge.suits(adapted, places):
        return merge.insert(model, columns, adapted, conflict)
    return _execute(_insertion(model, columns, conflict), adapted)


def update(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    key: Sequence[str],
    add: Sequence[str] = (),
    never_back: str = "",
) -> int:
    """Set `columns`, and raise those of `add`, in the rows that have the key; returns how many there were.

    A row holds the values of `columns`, then those of `add`, then those of `key`. As with `upsert`, a row whose
    column `never_back`, which is one of `columns`, is larger than the new value stays as it is, and is not counted.
    """
    names, every = _names(model), [*columns, *add, *key]
    places = range(len(every) - len(key), len(every))
    adapted = _in_order(_adapted(model, every, rows), places)
    guard = [columns.index(never_back)] if never_back else []
    if merge.suits(adapted, places):
        return merge.update(model, every, adapted, len(columns), len(add), guard)
    table = connection.ops.quote_name(model._meta.db_table)
    sets = [f"{names[name]} = %s" for name in columns] + [f"{names[name]} = {names[name]} + %s" for name in add]
    where = [f"{names[name]} = %s" for name in key] + [f"{names[columns[at]]} <= %s" for at in guard]
    statement = f"UPDATE {table} SET {', '.join(sets)} WHERE {' AND '.join(where)}"  # noqa: S608 - names of the model
    return _execute(statement, [[*row, *(row[at] for at in guard)] for row in adapted] if guard else adapted)


def delete(model: type[models.Model], rows: Iterable[Row], *, key: Sequence[str]) -> None:
    """Delete the rows that have these keys; no cascade, so only for models that nothing points to."""
    names = _names(model)
    table = connection.ops.quote_name(model._meta.db_table)
    where = " AND ".join(f"{names[name]} = %s" for name in key)
    adapted = _in_order(_adapted(model, key, rows), range(len(key)))
    _execute(f"DELETE FROM {table} WHERE {where}", adapted)  # noqa: S608 - names of the model


def _in_order(rows: list[list[Any]], places: Sequence[int]) -> list[list[Any]]:
    """By key, so that everybody locks rows in one order and none waits for another in a circle."""
    return sorted(rows, key=itemgetter(*places))


def _insertion(model: type[models.Model], columns: Sequence[str], conflict: str) -> str:
    names = _names(model)
    return (
        f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)}"  # noqa: S608 - names of the model
        f" ({', '.join(names[name] for name in columns)}) VALUES ({', '.join(['%s'] * len(columns))}) {conflict}"
    )


def _names(model: type[models.Model]) -> dict[str, str]:
    quote = connection.ops.quote_name
    return {field.attname: quote(str(field.column)) for field in model._meta.concrete_fields}


def _execute(statement: str, rows: Sequence[Row]) -> int:
    """Run the statement for every row; returns how many rows of the table it touched in all."""
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)
        return int(cursor.rowcount)


def _adapted(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> list[list[Any]]:
    """The rows as the driver takes them."""
    adapters = _adapters(model, columns)
    adapted = []
    for row in rows:
        values = list(row)
        for index, adapt in adapters:
            values[index] = adapt(values[index])
        adapted.append(values)
    return adapted


def _adapters(model: type[models.Model], columns: Sequence[str]) -> list[tuple[int, Callable[[Any], Any]]]:
    """Only times, UUIDs and JSON need turning into what the driver takes; the rest goes through as it is."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return [
        (index, _adapter(fields[name]))
        for index, name in enumerate(columns)
        if isinstance(fields[name], models.DateField | models.UUIDField | models.JSONField)
    ]


def _adapter(field: "models.Field[Any, Any]") -> Callable[[Any], Any]:
    if isinstance(field, models.JSONField):
        return _as_json

    def adapt(value: Any) -> Any:
        return field.get_db_prep_save(value, connection)

    # The times of a batch are few, and turning one into text costs more than all the rest of its row.
    return cache(adapt) if isinstance(field, models.DateField) else adapt


def _as_json(value: object) -> str | None:
    """JSON as text, which both databases take; None is null of the column, as when a model is saved."""
    return None if value is None else msgspec.json.encode(value).decode()
