"""What it means when the database fails: it is busy, it cannot grow, or a person has to look at the trace."""

import sqlite3
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError


@dataclass(frozen=True, slots=True)
class Trouble:
    """A state of the database in words for people. `passes` says whether trying again soon helps by itself."""

    title: str
    advice: str
    passes: bool

    @property
    def status(self) -> int:
        """The HTTP status that says so."""
        return 503 if self.passes else 507

    def __str__(self) -> str:
        return f"{self.title}. {self.advice}"


BUSY = Trouble(
    "The database is busy", "It did not answer in time, and nothing was half saved. Try again in a few seconds.", True
)
FULL = Trouble(
    "The database cannot grow", "The disk is full or a size limit is reached. Make room; nothing is lost.", False
)

_SQLITE = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR: FULL,
}
_POSTGRES = (("53100", FULL), *((state, BUSY) for state in ("08", "40", "53", "55P03", "57P")))
"""Disk full; connection lost, serialization or deadlock, out of resources, lock not available, shutting down."""


def trouble(error: BaseException | None) -> Trouble | None:
    """The state of the database that an error tells of; None where it tells of a mistake instead."""
    if isinstance(error, InterfaceError):
        return BUSY
    if not isinstance(error, OperationalError):
        return None
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return _SQLITE.get(_code(cause))
    if cause is None:
        return BUSY if "locked" in str(error) else None
    state = getattr(cause, "sqlstate", None)
    return BUSY if state is None else next((found for start, found in _POSTGRES if state.startswith(start)), None)


def _code(error: sqlite3.Error) -> int:
    """The primary result code; extended codes keep it in the low byte."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF
