"""The pure core: a snapshot goes into a listing's state. `conservation` and `replay` use `fold` as the consumer does.

Points are a union by (type, minute), whatever the order of arrival. Where two snapshots differ at one minute, the
value from the one with the larger guard stays, judged against the newest snapshot folded so far: Keepa does not
rewrite points, so such a conflict comes from a fault, and two late ones about the same minute fall to the last folded.
Each group of scalars is replaced only by a snapshot with a larger guard. Coverage is a union of stretches.
Prices and counts follow from the points, so a snapshot that did not ask the history moves neither them nor the minute
at which windows end.
"""

from dataclasses import replace

from ingestion.enrichment.state import BASE, BUYBOX, OFFERS, Guard, ListingState, Snapshot, Stretches
from products.series import add_late, merge

_NEVER = Guard(-1, -1, -1)


def fold(state: ListingState | None, snapshot: Snapshot) -> ListingState:
    """The state after this snapshot. Folding it again, or before or after others, gives the same in the end."""
    known = state or ListingState(snapshot.asin, snapshot.marketplace, checked_at=snapshot.fetched_at)
    accepted = accepted_groups(state, snapshot)
    newest = snapshot.guard > known.guards.get(BASE, _NEVER)
    history = (merge if newest else add_late)(known.history, snapshot.history)
    return replace(
        known,
        checked_at=max(known.checked_at, snapshot.fetched_at),
        is_demo=snapshot.is_demo if newest else known.is_demo,
        source_minute=max(known.source_minute, snapshot.guard.minute if BASE in snapshot.asked else 0),
        base=snapshot.base if BASE in accepted else known.base,
        buybox=snapshot.buybox if BUYBOX in accepted else known.buybox,
        offers=snapshot.offers if OFFERS in accepted else known.offers,
        guards=known.guards | dict.fromkeys(accepted, snapshot.guard),
        coverage=_covered(known.coverage, snapshot),
        history=history,
    )


def accepted_groups(state: ListingState | None, snapshot: Snapshot) -> frozenset[str]:
    """The asked groups for which this snapshot is newer than what is stored; none means superseded."""
    guards = state.guards if state else {}
    return frozenset(group for group in snapshot.asked if snapshot.guard > guards.get(group, _NEVER))


def has_gap(coverage: dict[str, Stretches], group: str) -> bool:
    """Whether some of a group's history before its newest snapshot was never asked."""
    stretches = coverage.get(group, ())
    return len(stretches) != 1 or stretches[0][0] > 0


def _covered(coverage: dict[str, Stretches], snapshot: Snapshot) -> dict[str, Stretches]:
    stretch = (min(snapshot.history_from, snapshot.guard.minute), snapshot.guard.minute)
    return coverage | {group: _joined(coverage.get(group, ()), stretch) for group in snapshot.covers}


def _joined(stretches: Stretches, added: tuple[int, int]) -> Stretches:
    start, end = added
    apart = []
    for known in stretches:
        if known[1] < start or known[0] > end:
            apart.append(known)
        else:
            start, end = min(start, known[0]), max(end, known[1])
    return tuple(sorted([*apart, (start, end)]))
