"""Whether the parts of an installation work: the probes of `settings.HEALTH_PROBES`, each timed.

Live says that the process answers, ready that it can do its work; the full report names every part.
"""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections
from django.db import Error as DatabaseError
from django.utils.module_loading import import_string

from arbitrage_site.jobs.slots import AHEAD
from arbitrage_site.models import BeatSlot

Status = Literal["ok", "degraded", "down"]
_ORDER: tuple[Status, ...] = ("ok", "degraded", "down")
BEAT_SILENT_AFTER_INTERVALS = 3
BEAT_SILENT_AFTER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe saw. `detail` is one sentence without secrets, empty when there is nothing to say.

    `is_needed` says that pages cannot be served without this part.
    """

    status: Status
    detail: str = ""
    is_needed: bool = False


Probe = Callable[[datetime], Finding]


@dataclass(frozen=True, slots=True)
class Part:
    """A probe's finding with its name and how long it took."""

    name: str
    finding: Finding
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """All parts, and the whole: down if a needed part is, degraded if any part is not ok."""

    parts: list[Part]

    @property
    def status(self) -> Status:
        """The state of the installation."""
        if any(part.finding.status == "down" and part.finding.is_needed for part in self.parts):
            return "down"
        worst = max((_ORDER.index(part.finding.status) for part in self.parts), default=0)
        return "degraded" if worst else "ok"


def report(now: datetime, names: Collection[str] = ()) -> Report:
    """Run the probes of these names; every probe without any."""
    chosen = names or settings.HEALTH_PROBES
    parts: list[Part] = []
    for name, path in settings.HEALTH_PROBES.items():
        if name in chosen:
            is_lost = any(part.finding.is_needed and part.finding.status == "down" for part in parts)
            with _no_new_connections() if is_lost else nullcontext():
                parts.append(_part(name, path, now))
    return Report(parts)


@contextmanager
def _no_new_connections() -> Iterator[None]:
    """Let probes fail at once that need the database, once it is down: each would wait for it as long as the first."""
    opened = vars(connections[DEFAULT_DB_ALIAS])
    opened["connect"] = _refuse
    try:
        yield
    finally:
        del opened["connect"]


def _refuse() -> None:
    raise OperationalError("The database was down a moment ago.")


def ready(now: datetime) -> Report:
    """Run the database's probe alone, without which nothing works."""
    return Report([_part("database", settings.HEALTH_PROBES["database"], now)])


def _part(name: str, path: str, now: datetime) -> Part:
    probe: Probe = import_string(path)
    started = time.perf_counter()
    try:
        finding = probe(now)
    except DatabaseError:
        finding = Finding("down", "The database did not answer.")
    return Part(name, finding, round((time.perf_counter() - started) * 1000, 2))


def database(now: datetime) -> Finding:  # noqa: ARG001 - every probe is given the time
    """Whether the database answers and has its tables."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
            migrated = cursor.fetchone() is not None
    except DatabaseError:
        return Finding("down", "The database did not answer, or has no tables: run manage.py migrate.", is_needed=True)
    if not migrated:
        return Finding("down", "The database has no tables: run manage.py migrate.", is_needed=True)
    return Finding("ok", is_needed=True)


def beat(now: datetime) -> Finding:
    """Whether the schedule fires, judged by its newest slot; the worker writes it, so it covers both."""
    newest = BeatSlot.objects.order_by("-fired_at").values_list("fired_at", flat=True).first()
    if newest is None:
        return Finding("degraded", "The worker has never fired a scheduled job. Is it running?")
    age = (now - newest).total_seconds()
    allowed = max(settings.POLL_INTERVAL_SECONDS * BEAT_SILENT_AFTER_INTERVALS, BEAT_SILENT_AFTER_SECONDS)
    if age < -AHEAD.total_seconds():
        ahead = f"The last scheduled job fired {_spoken(-age)} in the future"
        return Finding(
            "degraded", f"{ahead}: the clocks of these machines differ, or one was put back. Set them right."
        )
    if age > allowed:
        return Finding("down", f"The worker's last scheduled job was {_spoken(age)} ago. Is it running?")
    return Finding("ok")


def _spoken(seconds: float) -> str:
    minutes = int(seconds // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
