"""A listing as one number, from its row or from a fold of its records, and where two of them differ."""

from collections.abc import Iterator
from dataclasses import fields
from hashlib import sha256

from ingestion.enrichment.changes import Stored
from ingestion.enrichment.derived import current_of, windows_of
from ingestion.enrichment.state import ListingState
from products.series import pack


def of_row(stored: Stored) -> dict[str, str]:
    """Everything a row holds, by name: its state, and what was computed from it."""
    return _parts(stored.state) | {"current": repr(stored.current), "windows": repr(stored.windows)}


def of_fold(state: ListingState) -> dict[str, str]:
    """The same for a fold."""
    return _parts(state) | {"current": repr(current_of(state)), "windows": repr(windows_of(state))}


def number(parts: dict[str, str]) -> int:
    """Numbers of many listings are combined by exclusive or, so that their order does not matter."""
    return int.from_bytes(sha256(repr(sorted(parts.items())).encode()).digest(), "big")


def short(number: int) -> str:
    """As people compare it."""
    return f"{number:064x}"[:16]


def differing(left: dict[str, str], right: dict[str, str]) -> list[str]:
    """Names of the parts in which two differ."""
    return sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))


def _parts(state: ListingState) -> dict[str, str]:
    return dict(_named(state))


def _named(state: ListingState) -> Iterator[tuple[str, str]]:
    for field in fields(state):
        value = getattr(state, field.name)
        if field.name == "history":
            yield field.name, pack(value).hex()
        elif isinstance(value, dict):
            yield field.name, repr(sorted(value.items()))
        else:
            yield field.name, repr(value)
