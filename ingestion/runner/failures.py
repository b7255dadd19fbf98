"""What a failure means for a batch: bad data, bad weather, or something that a person has to look at."""

import sqlite3

from django.db import DataError, IntegrityError, InterfaceError, OperationalError

from ingestion.errors import ConsumerStopped, InvalidRecord, TransientError

DATA_ERRORS = (
    InvalidRecord,
    IntegrityError,
    DataError,
    OverflowError,  # SQLite's driver refuses integers of more than 64 bits so
    UnicodeEncodeError,  # and text with half a surrogate pair so
)
"""One of the records is bad: the batch is halved until it stands alone."""

_PASSING_SQLITE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_PASSING_STATES = ("08", "40", "53", "55P03", "57P")
"""Postgres: connection lost, serialization or deadlock, out of resources, lock not available, shutting down."""

_FULL_SQLITE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def is_transient(error: Exception) -> bool:
    """Whether trying again soon may help by itself."""
    if isinstance(error, TransientError | InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return _code(cause) in _PASSING_SQLITE
    state = getattr(cause, "sqlstate", None)
    return state is None or str(state).startswith(_PASSING_STATES)


def as_invalid(error: Exception) -> InvalidRecord:
    """Why a record that stands alone is set aside."""
    if isinstance(error, InvalidRecord):
        return error
    invalid = InvalidRecord(f"The database refuses it: {error}", kind="constraint")
    invalid.__cause__ = error
    return invalid


def sentence(error: Exception) -> str:
    """Why a consumer stands still, for the pipeline page: one sentence, no trace, no values of a record."""
    if isinstance(error, ConsumerStopped):
        return str(error)
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error) and _code(cause) in _FULL_SQLITE:
        return "The database cannot grow: the disk is full or a size limit is reached. Make room; nothing is lost."
    return f"It met an unknown error ({type(error).__name__}); the log has the trace. It tries again by itself."


def _code(error: sqlite3.Error) -> int | None:
    """The primary result code; extended codes keep it in the low byte."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF
