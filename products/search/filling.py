"""Filling a new index from all rows."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from random import Random

from arbitrage_site import clock
from arbitrage_site.backoff import longest_pause
from products.models import Product
from products.search import dirty
from products.search.bulk_writer import MOST_DOCUMENTS, BulkWriter, Operation, Outcome, Result, Written
from products.search.making import make

_TRIES = 12
_FIRST_SECONDS = 0.2
_MOST_SECONDS = 10.0
_SAID_EVERY = 10_000
_REFUSED = 10
_REFUSED_OF = 100


class RebuildFailed(Exception):
    """The new index was thrown away and the old one is as it was; the message is a sentence for a person."""


class Filling:
    """Writes the documents of all products into an index."""

    def __init__(self, index: str, renew: Callable[[], None], say: Callable[[str], None]) -> None:
        self._writer = BulkWriter(index)
        self._writer.documents = MOST_DOCUMENTS
        self._renew = renew
        self._say = say
        self._random = Random()  # noqa: S311 - jitter, not a secret
        self._written = 0
        self._refused = 0

    def run(self) -> int:
        """Returns how many were written. While one part is sent, the next one is made."""
        with ThreadPoolExecutor(1) as sender:
            sent: list[tuple[list[Operation], Future[Written]]] = []
            for asins in _chunks():
                self._renew()
                made = make(asins)
                operations = made.operations()
                for asin, reason in made.broken.items():
                    self._refuse(asin, reason)
                if sent:
                    self._settle(*sent.pop())
                sent.append((operations, sender.submit(self._writer.write, operations)))
            for last in sent:
                self._settle(*last)
        return self._written

    def _settle(self, operations: Sequence[Operation], sent: "Future[Written]") -> None:
        before = self._written
        self._insist(operations, sent.result())
        if before // _SAID_EVERY != self._written // _SAID_EVERY:
            self._say(f"{self._written} documents written.")

    def _insist(self, left: Sequence[Operation], written: Written) -> None:
        """Until each one was taken or refused."""
        for attempt in range(_TRIES):
            if written.is_missing:
                raise RebuildFailed("The new index was removed by somebody else: begin again.")
            left = [each for each in left if self._is_open(each, written.outcomes.get(each.asin))]
            if not left:
                return
            self._renew()
            time.sleep(self._random.uniform(0, longest_pause(attempt, first=_FIRST_SECONDS, most=_MOST_SECONDS)))
            written = self._writer.write(left)
        raise RebuildFailed(written.trouble or "Elasticsearch takes no more documents: look at its log and its disk.")

    def _is_open(self, operation: Operation, outcome: Outcome | None) -> bool:
        """Whether it has to be sent again."""
        if outcome is None or outcome.result is Result.RETRY:
            return True
        if outcome.result is not Result.REFUSED:
            self._written += 1
            return False
        self._refuse(operation.asin, outcome.reason)
        return False

    def _refuse(self, asin: str, reason: str) -> None:
        self._refused += 1
        dirty.park(asin, reason, clock.now())
        if self._refused > max(_REFUSED, self._written // _REFUSED_OF):
            raise RebuildFailed(f"{self._refused} documents cannot be written. The last one: {reason}")


def _chunks() -> Iterator[list[str]]:
    """All ASINs, in order; new ones behind the last one read are marked, and sent by the drain."""
    after = ""
    while True:
        asins = Product.objects.filter(asin__gt=after).order_by("asin").values_list("asin", flat=True)
        part = list(asins[:MOST_DOCUMENTS])
        if not part:
            return
        yield part
        after = part[-1]
