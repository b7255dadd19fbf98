"""Making the index agree with the rows: takes what is marked, reads the current rows, sends their documents."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from arbitrage_site import clock
from arbitrage_site.backoff import longest_pause
from products.models import Product, SearchDirty
from products.search import dirty, indices, versions
from products.search.bulk_writer import BulkWriter, Operation, Outcome, Result, Written
from products.search.dirty import Failure
from products.search.elastic.client import FAILURES, MISSING, sentence
from products.search.elastic.mapping import alias
from products.search.making import Made, make

MOST = 1000
"""Documents of one drain."""

_FIRST_SECONDS = 0.5
_MOST_SECONDS = 30.0
_WORST_FIRST = (Result.REFUSED, Result.RETRY, Result.STALE, Result.DONE)


@dataclass(frozen=True, slots=True)
class Drained:
    """What a drain did, in documents. `trouble` is a sentence: nothing can be sent until its cause is gone.

    `is_shut` says that the trouble is the live index alone; one that is being built has taken what was sent.
    """

    claimed: int = 0
    written: int = 0
    stale: int = 0
    retried: int = 0
    parked: int = 0
    trouble: str = ""
    is_shut: bool = False


class Drain:
    """Drains again and again, and remembers how large a request may be."""

    def __init__(self, random: Random | None = None) -> None:
        self._random = random or Random()  # noqa: S311 - jitter, not a secret
        self._writers: dict[str, BulkWriter] = {}

    def __call__(self, limit: int, now: datetime, *, asins: Collection[str] | None = None) -> Drained:
        """Send up to `limit` documents that are due, or those of `asins`. Several processes may do so at a time."""
        claimed = dirty.claim(limit, now, asins=asins)
        if not claimed:
            return Drained()
        try:
            # After claiming: an index that begins later is filled from rows that have what was claimed.
            found = indices.places()
        except FAILURES as error:
            dirty.release(claimed, now)
            return Drained(trouble=sentence(error))
        if not found.live:
            dirty.release(claimed, now)
            return Drained(trouble=MISSING)
        # New indices first: should one become the live one in between, the last request goes there as well.
        made = make(claimed)
        operations = operations_of(claimed, made)
        written = [self._writer(index).write(operations) for index in (*found.building, alias())]
        refused = {asin: Outcome(Result.REFUSED, reason) for asin, reason in made.broken.items()}
        for each in written:
            each.outcomes.update(refused)
        return self._settle(claimed, written, now)

    def _writer(self, index: str) -> BulkWriter:
        return self._writers.setdefault(index, BulkWriter(index))

    def _settle(self, claimed: Mapping[str, int], written: Iterable[Written], now: datetime) -> Drained:
        *building, live = written
        outcomes = {asin: _worst(asin, [*building, live]) for asin in claimed}
        kept = {result: _with(result, outcomes) for result in Result}
        trouble, is_shut = _trouble(live, building)
        try:
            versions.overtake(live.stale)
        except FAILURES as error:
            trouble, is_shut = sentence(error), False
        finished = [*kept[Result.DONE], *kept[Result.STALE]]
        dirty.done({asin: claimed[asin] for asin in finished})
        dirty.failed(claimed, self._failures(outcomes, now))
        dirty.release({asin: version for asin, version in claimed.items() if outcomes[asin] is None}, now)
        return Drained(
            claimed=len(claimed),
            written=len(kept[Result.DONE]),
            stale=len(kept[Result.STALE]),
            retried=len(kept[Result.RETRY]),
            parked=len(kept[Result.REFUSED]),
            trouble=trouble,
            is_shut=is_shut,
        )

    def _failures(self, outcomes: Mapping[str, Outcome | None], now: datetime) -> dict[str, Failure]:
        again = _with(Result.RETRY, outcomes)
        tried = dict(SearchDirty.objects.filter(asin__in=again).values_list("asin", "attempts"))
        found = {}
        for asin, outcome in outcomes.items():
            if outcome and outcome.result is Result.REFUSED:
                found[asin] = Failure(outcome.reason, now, is_parked=True)
            elif outcome and outcome.result is Result.RETRY:
                found[asin] = Failure(outcome.reason, now + self._pause(tried.get(asin, 1)))
        return found

    def _pause(self, attempts: int) -> timedelta:
        """Anything up to a bound that doubles with each try, so that what failed together does not return together."""
        bound = longest_pause(attempts, first=_FIRST_SECONDS, most=_MOST_SECONDS)
        return timedelta(seconds=self._random.uniform(0, bound))


def operations_of(claimed: Mapping[str, int], made: Made) -> list[Operation]:
    """What to send for these: current documents, and for products that are gone the removal."""
    gone = [asin for asin in claimed if asin not in made.documents and asin not in made.broken]
    return [*made.operations(), *versions.removals({asin: claimed[asin] for asin in gone})]


def sync(asins: Collection[str]) -> None:
    """Make the documents of these products agree with their rows now, those that are gone included.

    What cannot be sent now stays marked, and the drain sends it later.
    """
    known = set(Product.objects.filter(asin__in=asins).values_list("asin", flat=True))
    dirty.touch(known)
    marked = set(SearchDirty.objects.filter(asin__in=asins).values_list("asin", flat=True))
    with suppress(*FAILURES):
        versions.overtake(dict.fromkeys(set(asins) - known - marked))
    drain = Drain()
    for part in dirty.parts(asins, MOST):
        drain(MOST, clock.now(), asins=part)


def _trouble(live: Written, building: Iterable[Written]) -> tuple[str, bool]:
    """Why nothing can be sent, and whether that is the live index alone.

    A new index that is gone again troubles nobody: the next drain does without it.
    """
    new = next((each.trouble for each in building if not each.is_missing), "")
    return live.trouble or new, live.is_shut and not new


def _worst(asin: str, written: Iterable[Written]) -> Outcome | None:
    """The outcome of the index that took it least well; None when one of them was not even asked."""
    outcomes = [each.outcomes.get(asin) for each in written]
    if None in outcomes:
        return None
    return min((each for each in outcomes if each), key=lambda each: _WORST_FIRST.index(each.result))


def _with(result: Result, outcomes: Mapping[str, Outcome | None]) -> list[str]:
    return [asin for asin, outcome in outcomes.items() if outcome and outcome.result is result]
