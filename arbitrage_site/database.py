"""What it means when the database fails: it is busy, it cannot grow, or a person has to look at the trace."""

import sqlite3
from dataclasses import dataclass

from django.db import InterfaceError, InternalError, OperationalError


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
AWAY = Trouble(
    "The database does not answer",
    "Nothing was half saved. Try again in a few seconds; if it stays so, see whether its server runs.",
    True,
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
_POSTGRES = (
    ("53100", FULL),  # disk full
    *((state, BUSY) for state in ("40", "53", "55P03", "57014")),
    *((state, AWAY) for state in ("08", "57P", "25P03")),
)
"""By the beginning of the SQLSTATE: serialization or deadlock, out of resources, lock not available, statement took too
long; connection lost, shutting down, cut off because a transaction idled."""


def trouble(error: BaseException | None) -> Trouble | None:
    """The state of the database that an error tells of; None where it tells of a mistake instead."""
    if isinstance(error, InterfaceError):
        return AWAY
    if not isinstance(error, OperationalError | InternalError):
        return None
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return _SQLITE.get(_code(cause))
    if cause is None:
        return BUSY if "locked" in str(error) else None
    state = getattr(cause, "sqlstate", None)
    if state is None:  # the driver's own: no connection to be had, or the one there was is closed
        return AWAY if isinstance(error, OperationalError) else None
    return next((found for start, found in _POSTGRES if state.startswith(start)), None)


def _code(error: sqlite3.Error) -> int:
    """The primary result code; extended codes keep it in the low byte."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    return code & 0xFF
