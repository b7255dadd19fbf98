"""When a copy is refused beforehand: the source is in use or of another version, the target holds something."""

import fcntl
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.db import OperationalError, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from ingestion.copying.tables import Table, is_seeded
from ingestion.databases import Entry, is_server, shown

Names = set[tuple[str, str]]


class CopyRefused(Exception):
    """Why nothing was copied, and what to do about it."""


def check_reachable(alias: str, entry: Entry) -> None:
    """A file that is not there, or a server that does not answer."""
    if alias == "source" and not is_server(entry) and not Path(entry["NAME"]).is_file():
        raise CopyRefused(f"There is no database at {shown(entry)}.")
    try:
        connections[alias].ensure_connection()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise CopyRefused(f"{shown(entry)} cannot be opened: {reason}") from error


def check_version(alias: str, entry: Entry) -> None:
    """Only a database with exactly the migrations of this version is copied, or copied into."""
    applied, known = migrations(alias), MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    if missing := set(known) - {old for migration in known.values() for old in migration.replaces} - applied:
        raise CopyRefused(
            f"{shown(entry)} lacks migrations of this version ({_some(missing)}). Run manage.py migrate on it first."
        )
    if unknown := applied - set(known):
        raise CopyRefused(
            f"{shown(entry)} has migrations that this version does not know ({_some(unknown)})."
            " Use the version of the project that wrote it."
        )


def migrations(alias: str) -> Names:
    """What was applied there, of the apps that are installed here."""
    labels = {config.label for config in apps.get_app_configs()}
    return {name for name in MigrationRecorder(connections[alias]).applied_migrations() if name[0] in labels}


def check_stopped(tables: Sequence[Table], alias: str, entry: Entry, now: datetime) -> None:
    """No process may hold a lease on anything, nor the worker its lock file."""
    for table in tables:
        if any(field.name == "lease_until" for field in table._meta.concrete_fields):
            held = table._base_manager.using(alias).filter(lease_until__gt=now)
            last = held.order_by("-lease_until").values_list("lease_until", flat=True).first()
            if last:
                raise CopyRefused(
                    f"Processes are at work on {shown(entry)}: {held.count()} rows of {table._meta.db_table} are leased"
                    f" until {last:%H:%M:%S}. Stop all processes; leases of killed ones end by then."
                )
    if not is_server(entry) and _worker_holds(Path(entry["NAME"]).parent / "worker.lock"):
        raise CopyRefused(f"A worker is at work on {shown(entry)}. Stop all processes first.")


def check_empty(tables: Sequence[Table], alias: str, entry: Entry) -> None:
    """Nothing may be there but what migrations write."""
    full = [table._meta.db_table for table in tables if not is_seeded(table) and _has_rows(table, alias)]
    if full:
        raise CopyRefused(
            f"{shown(entry)} is not empty: there are rows in {', '.join(full[:3])}"
            f"{f' and {len(full) - 3} more tables' if len(full) > 3 else ''}."
            " Name a database without tables; it is not overwritten."
        )


def _has_rows(table: Table, alias: str) -> bool:
    return table._base_manager.using(alias).exists()


def _worker_holds(lock: Path) -> bool:
    if not lock.is_file():
        return False
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _some(names: Names) -> str:
    shown_names = sorted(".".join(name) for name in names)
    return ", ".join(shown_names[:3]) + (f" and {len(shown_names) - 3} more" if len(shown_names) > 3 else "")
