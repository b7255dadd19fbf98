"""What has to hold once nothing more is polled: the counters, how much was compared, and a second judgement."""

import re

from tests.faults.proof import Unproved, asked, indexed, wait_until
from tests.installation import Installation

GROUPS = {"enrichment-consumer", "arbitrage-detector", "alert-rules", "search-indexer"}
NAMED = 5
Flip = tuple[str, str, str, int]
"""Product, source, target and profile."""

# In one statement, so that all is of one moment: what a group appends, it appends together with its position.
_BEHIND = """
SELECT p."group", sum(e.next_offset - p.next_offset) FROM ingestion_logposition p
JOIN ingestion_logpartition e USING (topic, partition) WHERE e.next_offset > p.next_offset GROUP BY 1 ORDER BY 1
"""
_POSITIONS = 'SELECT "group", sum(next_offset) FROM ingestion_logposition GROUP BY 1'
_COUNTED = """
SELECT "group", sum(next_offset), sum(applied + superseded + set_aside) FROM ingestion_logposition GROUP BY 1
"""
_COMPARED = re.compile(r"(\d+) of (\d+) listings have all their records kept")
_WANTED = "SELECT asin FROM products_product WHERE recompute_wanted ORDER BY asin"
_OPEN = """
SELECT asin, source, target, profile_id, buy_price, net FROM arbitrage_opportunity WHERE state = 'open'
"""
_NOW = "SELECT now()"
_NOT_JUDGED = "SELECT count(*) FROM arbitrage_opportunity WHERE state = 'open' AND evaluated_at < %s"
_STALE = "SELECT DISTINCT asin, source, target, profile_id FROM arbitrage_opportunity WHERE close_reason = 'stale'"
_SAME_DAY = """
SELECT min(created_at AT TIME ZONE 'UTC')::date = (now() AT TIME ZONE 'UTC')::date FROM products_product
"""


def at_rest(installation: Installation) -> None:
    """Wait until every group passed all there is, what others append meanwhile included. Only without polling."""
    try:
        wait_until("coming to rest", lambda: not asked(installation, _BEHIND))
    except Unproved as error:
        raise Unproved(f"{error}: {asked(installation, _BEHIND)}") from None
    indexed(installation)


def positions(installation: Installation) -> dict[str, int]:
    """How far each group stands, over all topics; groups begin where the log does."""
    return {group: int(passed) for group, passed in asked(installation, _POSITIONS)}


def counted(installation: Installation, began: dict[str, int]) -> None:
    """Each group counted every record once that it passed since: applied, superseded or set aside."""
    found = asked(installation, _COUNTED)
    if missing := GROUPS - {group for group, *_ in found}:
        raise Unproved(f"these groups have no positions: {', '.join(sorted(missing))}")
    for group, passed, told in found:
        if told != passed - began.get(group, 0):
            raise Unproved(f"{group} passed {passed - began.get(group, 0)} records, but its counters say {told}")


def compared_all(report: str) -> None:
    """The report of `conservation` says that no listing was left out of the comparison."""
    found = _COMPARED.search(report)
    if not found or found[1] == "0" or found[1] != found[2]:
        raise Unproved(f"conservation did not compare all listings that there are:\n{report}")


def judged_the_same(installation: Installation) -> str:
    """Recompute everything: nothing opens, closes or earns something else. Returns what was compared, in words."""
    if not asked(installation, _SAME_DAY)[0][0]:
        return "Recomputed: not compared, because fees and rates of another day hold since midnight (UTC)."
    if wanted := [asin for (asin,) in asked(installation, _WANTED)]:  # new rates, that nobody judged by yet
        _rescore(installation, *wanted)
    before = _open(installation)
    _rescore(installation)
    after = _open(installation)
    # A leg that is 24 hours old makes a flip stale: time alone ends it, and clocks that were off did so too early.
    stale = set(asked(installation, _STALE))
    keys = (before.keys() | after.keys()) - stale
    if changed := sorted(key for key in keys if before.get(key) != after.get(key)):
        named = "; ".join(f"{key}: {before.get(key)} became {after.get(key)}" for key in changed[:NAMED])
        raise Unproved(f"recomputing changed {len(changed)} of {len(keys)} opportunities (buy price, net): {named}")
    return f"Recomputed: {len(keys)} open opportunities are the same, {len(stale)} left out because they became stale."


def _rescore(installation: Installation, *asins: str) -> None:
    [(since,)] = asked(installation, _NOW)
    installation.manage("rescore", *asins)
    at_rest(installation)
    if not asins and (left := asked(installation, _NOT_JUDGED, since)[0][0]):
        raise Unproved(f"{left} open opportunities were not judged again by rescore")


def _open(installation: Installation) -> dict[Flip, tuple[int, int]]:
    rows = asked(installation, _OPEN)
    return {(asin, source, target, profile): (buy, net) for asin, source, target, profile, buy, net in rows}
