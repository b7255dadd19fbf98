"""A new index beside the old one, filled from the rows, compared, and swapped in; readers notice nothing.

What changes meanwhile is not lost. The drain looks for an index that is being built after it has claimed a change, and
writes there too. If it did not see the new index, the index was made later, and is filled from rows that have the
change. External versions put in order what meets.
"""

import time
from collections.abc import Callable
from contextlib import suppress

import structlog

from arbitrage_site import clock
from products.search import comparison, dirty, indices, leases
from products.search.elastic.client import FAILURES, sentence
from products.search.filling import Filling, RebuildFailed
from products.search.repair import repair
from products.search.sync import MOST, Drain

log = structlog.get_logger(__name__)

GRACE_SECONDS = 5.0
"""How long the old index stays for searches that have begun."""

_MOST_PASSES = 1000
_LOOKS = 3
_CHUNK = 5000
_CONTENTS = 100
"""Documents whose fields are compared too, lest all are empty; the version says that the others are of their rows."""


def rebuild(*, say: Callable[[str], None] = log.info, grace: float = GRACE_SECONDS) -> int:
    """Build the index anew; returns how many documents it has. Raises RebuildFailed, or leases.Taken."""
    with leases.held("rebuild") as renew:
        try:
            return _rebuild(renew, say, grace)
        except FAILURES as error:
            raise RebuildFailed(sentence(error)) from error


def tidy() -> None:
    """Remove what a killed rebuild left behind, unless one is running. Raises client.FAILURES."""
    with suppress(leases.Taken), leases.held("rebuild"):
        indices.remove(indices.leftovers())


def _rebuild(renew: Callable[[], None], say: Callable[[str], None], grace: float) -> int:
    indices.remove(indices.leftovers())
    index = indices.make(clock.now())
    try:
        count = Filling(index, renew, say).run()
        _catch_up(renew)
        indices.finish(index)
        _prove(index, renew)
        renew()  # before the one step that another rebuild must not undo
        before = indices.swap(index)
    except BaseException:
        indices.discard(index)
        raise
    dirty.retry(clock.now())
    say(f"{count} documents in {index}, which searches read now.")
    if before:
        time.sleep(grace)
        indices.remove(before)
    return count


def _catch_up(renew: Callable[[], None]) -> None:
    """Send what changed since; nobody else may be there to do it."""
    drain = Drain()
    for _ in range(_MOST_PASSES):
        renew()
        drained = drain(MOST, clock.now())
        if not drained.claimed:
            return  # also where nothing can be sent because there is no index yet: the drain does it after the swap
        if drained.is_shut:
            return  # the old index takes nothing, which may be why there is a new one: the drain goes on after the swap
        if drained.trouble:
            raise RebuildFailed(drained.trouble)


def _prove(index: str, renew: Callable[[], None]) -> None:
    """Every row has its document in its version, and every document its row; some are compared field by field."""
    _agree(index, comparison.span_after("", _CONTENTS), contents=True)
    for span in comparison.spans(size=_CHUNK):
        renew()
        _agree(index, span, contents=False)


def _agree(index: str, span: comparison.Span, *, contents: bool) -> None:
    for _ in range(_LOOKS):
        found = comparison.differences(index, span, contents=contents)
        if not found:
            return
        repair(index, found)
    one = found[0]
    raise RebuildFailed(f"The new index is not right: the document of {one.asin} is {one.kind.value}.")
