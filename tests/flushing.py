"""What transactional tests spend their time on, quicker: emptying the tables, and giving back what migrations wrote."""

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.core import serializers
from django.db.backends.base.creation import BaseDatabaseCreation
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.transaction import atomic


def _deletions(
    self: DatabaseOperations, style: Any, tables: Sequence[str], *, reset_sequences: bool = False, **options: Any
) -> list[str]:
    """Instead of TRUNCATE, which makes three hundred new files. In any order: constraints are checked at the end."""
    assert not reset_sequences, "no test of this project wants its numbers to begin anew"
    return [f"DELETE FROM {self.quote_name(table)}" for table in tables]  # noqa: S608 - names of models


def _refill(self: BaseDatabaseCreation, data: str) -> None:
    """One statement a table instead of two a row; and whatever a test before made of these tables is gone."""
    alias = self.connection.alias
    with atomic(using=alias), self.connection.constraint_checks_disabled():
        found = serializers.deserialize("python", json.loads(data), using=alias)
        tables = [(model, list(rows)) for model, rows in groupby(found, key=lambda row: type(row.object))]
        for model, _ in tables:
            model._base_manager.using(alias).all()._raw_delete(alias)  # without signals
        for model, rows in tables:
            model._base_manager.using(alias).bulk_create([row.object for row in rows])
            for row in rows:
                for name, related in (row.m2m_data or {}).items():
                    getattr(row.object, name).set(related)


def install() -> None:
    """For this process."""
    DatabaseOperations.sql_flush = _deletions  # type: ignore[method-assign, assignment]  # a test's shortcut
    BaseDatabaseCreation.deserialize_db_from_string = _refill  # type: ignore[method-assign]  # likewise
