"""Whether an installation lost or doubled anything, judged from outside: its tables, its documents, its commands."""

from collections.abc import Callable
from typing import Any

import psycopg

from tests import waiting
from tests.installation import POISON, Installation

PATIENCE = 120.0
"""Seconds until what should have happened is given up; nothing waits that long when all is well."""

_ENDS = "SELECT topic, partition, next_offset FROM ingestion_logpartition"
_POSITIONS = 'SELECT "group", topic, partition, next_offset FROM ingestion_logposition'
_MARKED = "SELECT asin, document_version FROM products_searchdirty"
_DIRTY = "SELECT count(*) FROM products_searchdirty"
_SET_ASIDE = "SELECT count(*), count(*) FILTER (WHERE key = %s) FROM ingestion_deadletter"
_STOPPED = "SELECT \"group\", stopped_because FROM ingestion_consumerstate WHERE stopped_because <> ''"


class Unproved(Exception):
    """What is wrong, in words."""


def wait_until(what: str, holds: Callable[[], bool], patience: float = PATIENCE, *, every: float = 0.25) -> None:
    """Look every so many seconds until it holds. Raises Unproved with what was waited for.

    A database that does not answer is one of which it does not hold yet.
    """
    silence = ""

    def holds_now() -> bool:
        nonlocal silence
        try:
            found = holds()
        except psycopg.OperationalError as error:
            silence = f"; the database did not answer: {error}"
            return False
        silence = ""
        return found

    try:
        waiting.wait_until(holds_now, what, seconds=patience, every=every)
    except AssertionError as error:
        raise Unproved(f"{error}{silence}") from None


def asked(installation: Installation, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What the database answers, which may be coming up again. Raises Unproved where it stays away."""
    found: list[tuple[Any, ...]] = []

    def answers() -> bool:
        found[:] = installation.rows(query, *values)
        return True

    wait_until("an answer of the database", answers)
    return found


def ends(installation: Installation) -> dict[tuple[str, int], int]:
    """The end of each partition of the log."""
    return {(topic, partition): end for topic, partition, end in asked(installation, _ENDS)}


def behind(installation: Installation, wanted: dict[tuple[str, int], int]) -> list[str]:
    """Groups that have not passed these ends, each with the number of records that it has still to pass."""
    waiting: dict[str, int] = {}
    for group, topic, partition, next_offset in asked(installation, _POSITIONS):
        left = wanted.get((topic, partition), 0) - next_offset
        if left > 0:
            waiting[group] = waiting.get(group, 0) + left
    return [f"{group} ({count})" for group, count in sorted(waiting.items())]


def caught_up(installation: Installation) -> None:
    """Wait until every group passed what is in the log now, and every dirty document of now was written."""
    wanted = ends(installation)
    try:
        wait_until("catching up", lambda: not behind(installation, wanted))
    except Unproved as error:
        stopped = "; ".join(f"{group}: {why}" for group, why in asked(installation, _STOPPED))
        raise Unproved(f"{error}: {', '.join(behind(installation, wanted))}. {stopped}") from None
    marked = set(asked(installation, _MARKED))
    wait_until("indexing what was marked", lambda: not marked & set(asked(installation, _MARKED)))


def indexed(installation: Installation) -> None:
    """Wait until no document is dirty. Only without new facts does that come to an end."""
    wait_until("indexing all documents", lambda: asked(installation, _DIRTY) == [(0,)])


def conserved(installation: Installation) -> str:
    """The output of `conservation`; raises Unproved where it is not clean."""
    done = installation.manage("conservation", check=False)
    if done.returncode:
        raise Unproved(f"conservation is not clean:\n{done.stdout}{done.stderr}")
    return done.stdout


def only_poison_is_set_aside(installation: Installation, planted: int) -> None:
    """Dead letters are the records that were planted as poison, and no other."""
    found = asked(installation, _SET_ASIDE, POISON)
    if found != [(planted, planted)]:
        raise Unproved(f"{planted} poison records were planted, set aside are (all, of them poison): {found[0]}")
