"""Looking for documents that differ from their rows, and putting them right: the index may lose, rows may not."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.db.models import Max, Min

from products.models import Product, SearchDirty, SearchTombstone
from products.search.comparison import CHUNK, Difference, Kind, Span, differences, span_after, spans
from products.search.elastic.mapping import alias
from products.search.repair import repair

KEEP_TOMBSTONES = timedelta(days=7)
_SAMPLED = 100
"""Products of a sample that follow one another; so many times fewer places are looked at."""

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(slots=True)
class Swept:
    """What a sweep saw: products looked at, differences by kind, and how many documents it put right itself."""

    is_repairing: bool
    looked: int = 0
    kinds: Counter[Kind] = field(default_factory=Counter)
    repaired: int = 0
    named: list[Difference] = field(default_factory=list)

    def __str__(self) -> str:
        found = ", ".join(f"{count} {kind.value}" for kind, count in sorted(self.kinds.items(), key=_by_name))
        said = f"{self.looked} products looked at, {self.kinds.total()} documents differ"
        if not found:
            return f"{said}."
        if not self.is_repairing:
            return f"{said}: {found}."
        return f"{said}: {found}; {self.repaired} put right, {self.kinds.total() - self.repaired} left to the drain."


def sweep(*, sample: int | None = None, random: Random | None = None, is_repairing: bool = True) -> Swept:
    """Compare all documents, or about `sample` products and what the index has between them. Raises client.FAILURES."""
    swept = Swept(is_repairing)
    random = random or Random()  # noqa: S311 - a sample
    for span in spans() if sample is None else _sampled(sample, random):
        found = differences(alias(), span, contents=True)
        swept.looked += len(span.asins)
        swept.kinds.update(each.kind for each in found)
        swept.named += found[: CHUNK - len(swept.named)]
        if found and is_repairing:
            swept.repaired += repair(alias(), found)
    return swept


def tidy_tombstones(now: datetime) -> int:
    """Remove those whose document is long gone; returns how many."""
    waiting = SearchDirty.objects.values("asin")
    old = SearchTombstone.objects.filter(deleted_at__lt=now - KEEP_TOMBSTONES).exclude(asin__in=waiting)
    return old.delete()[0]


def _sampled(count: int, random: Random) -> Iterator[Span]:
    """Spans at random places between the first and the last product; without any product all there is."""
    ends = Product.objects.aggregate(first=Min("asin"), last=Max("asin"))
    if ends["first"] is None:
        yield from spans()
        return
    low, high = int(ends["first"], 36), int(ends["last"], 36)
    after = ""
    for place in sorted(_asin(random.randint(low - 1, high)) for _ in range(-(-count // _SAMPLED))):
        span = span_after(max(place, after), _SAMPLED)
        yield span
        if span.last is None:
            return
        after = span.last


def _asin(number: int) -> str:
    """The ASIN that is this number in base 36, where letters and digits have the order they have in the database."""
    digits = ""
    for _ in range(10):
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


def _by_name(item: tuple[Kind, int]) -> str:
    return item[0].name
