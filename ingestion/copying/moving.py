"""One database into another, in one transaction of each: all tables with equal digests, or nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.core.management import call_command
from django.db import IntegrityError, connections, transaction

from ingestion.copying import guards
from ingestion.copying.digests import Digest
from ingestion.copying.rows import insert, pages, refusal, reset_sequences
from ingestion.copying.tables import Table, tables
from ingestion.databases import Entry, known_as, shown
from ingestion.eventlog.recreate import Recreated, recreate

SOURCE = "source"
TARGET = "default"
"""The target is what the code takes for its database: migrations and the new generation are written there."""


class CopyDiffers(Exception):
    """What was read back is not what was written, so the target was left as it was."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A table on both sides."""

    name: str
    source: Digest
    target: Digest

    @property
    def is_equal(self) -> bool:
        """Whether both sides hold the same rows."""
        return self.source == self.target


@dataclass(slots=True)
class Report:
    """Every table, and the new generation of the log at the target."""

    copied: list[Copied] = field(default_factory=list)
    log: Recreated | None = None


def copy(source: Entry, target: Entry, *, now: datetime, say: Callable[[str], None], above: int = 0) -> Report:
    """Copy everything. Raises CopyRefused or CopyDiffers without a row left at the target.

    The log's new generation is above those of the source and `above` (`recreate.seen_elsewhere`).
    """
    with known_as(SOURCE, source), known_as(TARGET, target):
        every = tables()
        _check(source, target, every, now)
        with _transactions(every):
            report = Report([_copy(table, say) for table in _emptied(every)])
            _check_references()
            different = [one.name for one in report.copied if not one.is_equal]
            if different:
                raise CopyDiffers(f"Nothing was copied: {', '.join(different)} came out different.")
            reset_sequences(every, TARGET)
            report.log = recreate(above=above)
        return report


def _check(source: Entry, target: Entry, every: Sequence[Table], now: datetime) -> None:
    if shown(source) == shown(target):
        raise guards.CopyRefused(f"Source and target are the same, {shown(source)}.")
    guards.check_reachable(SOURCE, source)
    guards.check_version(SOURCE, source)
    guards.check_stopped(every, SOURCE, source, now)
    guards.check_reachable(TARGET, target)
    if not guards.migrations(TARGET):
        call_command("migrate", verbosity=0)
    guards.check_version(TARGET, target)
    guards.check_empty(every, TARGET, target)


@contextmanager
def _transactions(every: Sequence[Table]) -> Iterator[None]:
    """Both sides in one transaction. Meanwhile nobody can write at the source: what he wrote would stay behind."""
    with ExitStack() as stack:
        stack.enter_context(transaction.atomic(using=SOURCE))
        stack.enter_context(transaction.atomic(using=TARGET))
        source = connections[SOURCE]
        if source.vendor == "postgresql":  # SQLite's transactions begin as the one writer
            names = ", ".join(source.ops.quote_name(table._meta.db_table) for table in every)
            _execute(SOURCE, f"LOCK TABLE {names} IN SHARE MODE")
        for alias in (SOURCE, TARGET):
            if connections[alias].vendor == "postgresql":
                _execute(alias, "SET LOCAL idle_in_transaction_session_timeout = 0")
        yield


def _emptied(every: Sequence[Table]) -> Sequence[Table]:
    """Remove what migrations wrote at the target: its ids may be others than the source's."""
    for table in reversed(every):
        rows = table._base_manager.using(TARGET).all()
        rows._raw_delete(TARGET)  # noqa: SLF001 - without a cascade, which would read every row
    return every


def _copy(table: Table, say: Callable[[str], None]) -> Copied:
    one = Copied(table._meta.db_table, Digest(), Digest())
    for page in pages(table, SOURCE):
        one.source.add(page)
        insert(table, page, TARGET)
    for page in pages(table, TARGET):
        one.target.add(page)
    verdict = "equal" if one.is_equal else f"DIFFERENT: {one.target.rows} rows, {one.target}"
    say(f"{one.name}: {one.source.rows} rows, digest {one.source}, {verdict}")
    return one


def _check_references() -> None:
    try:
        connections[TARGET].check_constraints()
    except IntegrityError as error:
        raise refusal("a row points to one that is not there", error) from error


def _execute(alias: str, statement: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)
