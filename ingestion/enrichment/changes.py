"""A listing as stored, and what a batch makes of it."""

from dataclasses import dataclass

from ingestion.enrichment.derived import Current, current_of, windows_of
from ingestion.enrichment.state import ListingState
from products.series import History, Windows, newest_minute, pack, same, split

Key = tuple[str, str]
"""An ASIN and a marketplace."""

TAIL_BYTES = 1024
"""A packed tail beyond this is folded into the base."""


@dataclass(frozen=True, slots=True)
class Packed:
    """History as it is stored: `until` is the minute of the newest point in the base."""

    base: bytes = b""
    tail: bytes = b""
    until: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """A listing with everything that its row holds. The history is empty where it was not asked for."""

    state: ListingState
    current: Current
    windows: Windows
    packed: Packed = Packed()


@dataclass(frozen=True, slots=True)
class Change:
    """A listing before (None: not known) and after a batch. `is_changed` leaves guards, windows and times aside."""

    before: Stored | None
    after: Stored
    is_changed: bool


def finished(before: Stored | None, state: ListingState) -> Change:
    """A folded state with what follows from it, judged against the row as it was."""
    current, window = current_of(state), windows_of(state)
    if before is not None and _same_history(before.state.history, state.history):
        after = Stored(state, current, window, before.packed)
        return Change(before, after, is_changed=_facts(before) != _facts(after))
    return Change(before, Stored(state, current, window, _repacked(before, state.history)), is_changed=True)


def _repacked(before: Stored | None, history: History) -> Packed:
    """The history as it is to be stored: new points go to the tail, until that is too long or a point is older."""
    if before is not None and before.packed.base and _only_newer(before, history):
        tail = pack(split(history, before.packed.until)[1])
        if len(tail) <= TAIL_BYTES:
            return Packed(before.packed.base, tail, before.packed.until)
    return Packed(pack(history), b"", newest_minute(history))


def _only_newer(before: Stored, history: History) -> bool:
    """Whether the points in the base are as they were; a series that is the very same need not be compared."""
    known = before.state.history
    moved = [kind for kind, series in history.items() if known.get(kind) is not series]
    was = {kind: known[kind] for kind in moved if kind in known}
    now = {kind: history[kind] for kind in moved}
    return same(split(was, before.packed.until)[0], split(now, before.packed.until)[0])


def _same_history(before: History, after: History) -> bool:
    """Merging hands back the very series to which nothing was added."""
    return before.keys() == after.keys() and all(after[kind] is series for kind, series in before.items())


def _facts(stored: Stored) -> tuple[object, ...]:
    state = stored.state
    return state.base, state.buybox, state.offers, stored.current, state.guards.keys()
