"""Other databases than the one of the settings: named by an address, known under an alias for a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections

from arbitrage_site import engines

Entry = dict[str, Any]
"""What Django keeps of a database in its settings."""

_PATIENT = "-c statement_timeout=0 -c lock_timeout=10s"
"""A table of millions of rows is read or checked by one statement."""


class UnusableDatabase(Exception):
    """An address that names no database that can be used; the sentence says what to do."""


def entry_of(url: str) -> Entry:
    """The database at sqlite:///FILE (below the project's folder, or absolute with four slashes) or postgresql://."""
    scheme, _, rest = url.partition(":///")
    if scheme == "sqlite" and rest:
        return engines.database("", file=settings.BASE_DIR / rest)
    if urlsplit(url).scheme in {"postgres", "postgresql"} and urlsplit(url).path.strip("/"):
        return patient(engines.database(url, file=Path()))
    raise UnusableDatabase("A database is named by sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.")


def patient(entry: Entry) -> Entry:
    """The same database without time limits, and without a pool, which is kept by alias and not by address."""
    if not is_server(entry):
        return entry
    options = {name: value for name, value in entry["OPTIONS"].items() if name != "pool"}
    return {**entry, "OPTIONS": {**options, "options": _PATIENT}}


def is_server(entry: Entry) -> bool:
    """Whether it is PostgreSQL, not a file."""
    return str(entry["ENGINE"]).endswith("postgresql")


def shown(entry: Entry) -> str:
    """Where it is, for people: without user and password."""
    if not is_server(entry):
        return str(entry["NAME"])
    port = f":{entry['PORT']}" if entry.get("PORT") else ""
    return f"postgresql://{entry.get('HOST') or 'localhost'}{port}/{entry['NAME']}"


@contextmanager
def known_as(alias: str, entry: Entry) -> Iterator[None]:
    """For the block, `alias` is the database of `entry`; `default` may be lent like this too.

    All code that names no database then works on that one, as if the settings had named it. The thread's former
    connection waits untouched, inside its transaction if it has one.
    """
    known = connections.settings
    former = (known[alias], connections[alias]) if alias in known else None
    if former:
        del connections[alias]
    known[alias] = connections.configure_settings({"default": {**entry}})["default"]
    try:
        yield
    finally:
        connections[alias].close()
        del connections[alias]
        del known[alias]
        if former:
            known[alias], connections[alias] = former
