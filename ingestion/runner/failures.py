"""What a failure means for a batch: bad data, bad weather, or something that a person has to look at."""

from django.db import DataError, IntegrityError

from arbitrage_site.database import trouble
from ingestion.errors import ConsumerStopped, InvalidRecord, TransientError

DATA_ERRORS = (
    InvalidRecord,
    IntegrityError,
    DataError,
    OverflowError,  # SQLite's driver refuses integers of more than 64 bits so
    UnicodeEncodeError,  # and text with half a surrogate pair so
)
"""One of the records is bad: the batch is halved until it stands alone."""


def is_transient(error: Exception) -> bool:
    """Whether trying again soon may help by itself."""
    found = trouble(error)
    return isinstance(error, TransientError) or (found is not None and found.passes)


def as_invalid(error: Exception) -> InvalidRecord:
    """Why a record that stands alone is set aside."""
    if isinstance(error, InvalidRecord):
        return error
    invalid = InvalidRecord(f"The database refuses it: {error}", kind="constraint")
    invalid.__cause__ = error
    return invalid


def sentence(error: Exception) -> str:
    """Why a consumer stands still, for the pipeline page: one sentence, no trace, no values of a record."""
    if isinstance(error, ConsumerStopped | TransientError):
        return str(error)
    if found := trouble(error):
        return str(found)
    return f"It met an unknown error ({type(error).__name__}); the log has the trace. It tries again by itself."
