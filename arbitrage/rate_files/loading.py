"""Bringing the files into the tables: what people edited stays, the rest becomes as the files say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db import transaction

from arbitrage.models import TablesStamp
from arbitrage.rate_files.checks import Stretch, check, check_rows
from arbitrage.rate_files.files import FILES, FOLDER, FileRow, Row, read
from arbitrage.rate_models import DatedRow
from products.services import want_recompute


@dataclass(frozen=True, slots=True)
class Loaded:
    """What loading did to the tables: rows by what became of them."""

    added: int
    changed: int
    removed: int
    kept: int

    @property
    def moved(self) -> bool:
        """Whether anything is different now."""
        return bool(self.added or self.changed or self.removed)


def load(folder: Path = FOLDER) -> Loaded:
    """Load all files in one transaction; loading twice does nothing. Raises RefusedRates and writes nothing then."""
    rows = [row for file in FILES for row in read(file, folder)]
    check_rows(rows)
    ordered = sorted(rows, key=lambda row: row.file.model.__name__)
    with transaction.atomic():
        parts = [_table(model, list(own)) for model, own in groupby(ordered, key=lambda row: row.file.model)]
        total = Loaded(*(sum(column) for column in zip(*parts, strict=True)))
        if total.moved:
            tables_changed()
    return total


def tables_changed() -> None:
    """Say inside a transaction that a rate changed: processes load the tables anew, the detector looks again."""
    TablesStamp.objects.all().delete()
    TablesStamp.objects.create()
    want_recompute()


def _table(model: Any, rows: Sequence[FileRow]) -> tuple[int, int, int, int]:
    """Make one table agree with its files. Returns how many rows were added, changed, removed, kept."""
    names = (*rows[0].file.key, "valid_from")
    stored = {tuple(getattr(row, name) for name in names): row for row in model.objects.all()}
    wanted = {(*row.key, row.values["valid_from"]): row for row in rows}
    kept = [row for key, row in stored.items() if row.edited]
    _check_edited(kept, stored, wanted, rows[0].file.key)
    removed = [row.pk for key, row in stored.items() if not row.edited and key not in wanted]
    model.objects.filter(pk__in=removed).delete()
    added = [model(**row.values) for key, row in wanted.items() if key not in stored]
    model.objects.bulk_create(added, batch_size=200)
    changed = [stored[key] for key, row in wanted.items() if key in stored and _becomes(stored[key], row.values)]
    if changed:
        model.objects.bulk_update(changed, list(rows[0].values), batch_size=100)
    return len(added), len(changed), len(removed), len(kept)


def _becomes(stored: DatedRow, values: Row) -> bool:
    """Give an unedited row the file's values; whether that changed it."""
    if stored.edited or all(getattr(stored, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(stored, name, value)
    return True


def _check_edited(
    kept: Iterable[DatedRow],
    stored: dict[tuple[object, ...], DatedRow],
    wanted: dict[tuple[object, ...], FileRow],
    key: Sequence[str],
) -> None:
    """Rows that people edited must not hold together with rows of the files."""
    edited: dict[tuple[object, ...], list[Stretch]] = {}
    for row in kept:
        own = tuple(getattr(row, name) for name in key)
        name = f"the row {row} that was edited in the admin"
        edited.setdefault(own, []).append(Stretch(row.valid_from, row.valid_to, name))
    for whole, given in wanted.items():
        if whole[:-1] in edited and not (whole in stored and stored[whole].edited):
            stretch = Stretch(given.values["valid_from"], given.values["valid_to"], given.name)
            edited[whole[:-1]].append(stretch)
    for stretches in edited.values():
        check(stretches, gaps=False)
