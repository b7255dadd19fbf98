"""Putting right what differs between documents and rows."""

from collections.abc import Iterable

from products.search import dirty, versions
from products.search.bulk_writer import BulkWriter, Operation, Result
from products.search.comparison import Difference, Kind
from products.search.making import make

_WITHOUT_ROW = frozenset({Kind.ORPHAN, Kind.DELETED})


def repair(index: str, differences: Iterable[Difference]) -> int:
    """Write the documents of these rows at their own version; remove those without a row. Returns how many were taken.

    A newer version wins where one was written meanwhile. Where the index is ahead of the row, the row's version is
    raised, and the drain does the rest; so it does with what cannot be written now.
    """
    found = list(differences)
    ahead = {each.asin: each.found.number for each in found if each.kind is Kind.NEWER and each.found}
    dirty.lift(ahead)
    written = BulkWriter(index, version_type="external_gte").write(_operations(found))
    done = sum(outcome.result is Result.DONE for outcome in written.outcomes.values())
    versions.overtake(written.stale, index)
    left = [each.asin for each in found if each.asin not in written.outcomes and each.asin not in ahead]
    again = [asin for asin, outcome in written.outcomes.items() if outcome.result in (Result.RETRY, Result.REFUSED)]
    dirty.touch([*left, *again])
    return done


def _operations(differences: Iterable[Difference]) -> list[Operation]:
    rows = [each.asin for each in differences if each.kind not in _WITHOUT_ROW and each.kind is not Kind.NEWER]
    strays = {each.asin: each.found.number for each in differences if each.kind in _WITHOUT_ROW and each.found}
    return [*make(rows).operations(), *versions.removals(strays)]
