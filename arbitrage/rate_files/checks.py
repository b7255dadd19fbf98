"""Rows of one key follow each other without overlap or gap."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from arbitrage.rate_files.files import FileRow, RefusedRates

DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """The days of a row, and what to call it."""

    valid_from: date
    valid_to: date | None
    name: str


def check_rows(rows: Iterable[FileRow]) -> None:
    """Raise RefusedRates for the first row that ends before it begins, or does not follow its predecessor."""
    grouped: dict[tuple[object, ...], list[Stretch]] = {}
    for row in rows:
        stretch = Stretch(row.values["valid_from"], row.values["valid_to"], row.name)
        grouped.setdefault((row.file.model, *row.key), []).append(stretch)
    for stretches in grouped.values():
        check(stretches)


def check(stretches: Iterable[Stretch], *, gaps: bool = True) -> None:
    """The same for the stretches of one key, in any order; gaps are let pass where `gaps` is False."""
    ordered = sorted(stretches, key=lambda stretch: stretch.valid_from)
    for stretch in ordered:
        if stretch.valid_to is not None and stretch.valid_to < stretch.valid_from:
            raise RefusedRates(f"{stretch.name} ends on {stretch.valid_to}, before it begins; nothing was loaded.")
    for earlier, later in pairwise(ordered):
        if earlier.valid_to is None or later.valid_from <= earlier.valid_to:
            raise RefusedRates(f"{later.name} begins while {earlier.name} still holds; nothing was loaded.")
        if gaps and later.valid_from != earlier.valid_to + DAY:
            raise RefusedRates(
                f"{later.name} leaves a gap: {earlier.name} ends on {earlier.valid_to}; nothing was loaded."
            )
