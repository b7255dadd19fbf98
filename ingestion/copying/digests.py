"""A table as one number that does not depend on the engine that keeps it, nor on the order of its rows."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from ingestion.conservation.digest import short

_SIZE = 2**256


@dataclass(slots=True)
class Digest:
    """Rows counted and added up. Adding, unlike exclusive or, tells a row that is there twice."""

    rows: int = 0
    total: int = 0

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Take these rows in."""
        for row in rows:
            self.rows += 1
            self.total = (self.total + _number(row)) % _SIZE

    def __str__(self) -> str:
        return short(self.total)


def _number(row: Sequence[Any]) -> int:
    return int.from_bytes(sha256(repr([_same(value) for value in row]).encode(errors="backslashreplace")).digest())


def _same(value: Any) -> Any:
    """What two engines give back differently, in one form."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, bytes | memoryview):
        return sha256(value).hexdigest()
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    return json.dumps(_whole(value), sort_keys=True, default=str)


def _whole(value: Any) -> Any:
    """PostgreSQL keeps a number of a JSON value without saying whether it was written with a point."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value
