"""Which listings to ask Keepa about now: values in, batches out.

The order is by urgency: the age of what we know times the pace at which the listing moves. Asking by age alone would
be round-robin; asking in proportion to the square root of the rate of change makes the mean delay to see a change
smallest for a given number of tokens, and always taking the most urgent first does that by itself
(docs/decisions/0004-the-most-urgent-listing-first.md).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, sqrt

from arbitrage_site.clock import MINUTES_PER_DAY, minute_of

COLD, NEAR, OPEN = 0, 1, 2

OLDEST = 9 * 60
"""Minutes; a listing older than this goes before all that merely move more, so that nothing passes twelve hours."""

RATING_EVERY = timedelta(days=14)
"""Keepa itself treats rating data as fresh for 14 days (keepa.md 7.2)."""

RECENT_DAYS = 2
"""The fewest days asked again: Keepa's window is counted from its own clock, and a day of overlap costs nothing."""

PRIOR_CHANGES = 0.5
HISTORY_DAYS = 90
PACES = (0.05, 6.0)
RETRY_AFTER = timedelta(hours=1)
RETRY_AT_MOST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Target:
    """One poll target as the planner sees it. `source_minute` is None until the first answer."""

    id: int
    asin: str
    marketplace: str
    heat: int
    pace: float
    source_minute: int | None
    full_history_wanted: bool
    buy_box_polled_at: datetime | None
    rating_polled_at: datetime | None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent: `affordable` tokens now, of which `overflow` would be lost at the cap before the next tick.

    `never_polled` is the number of all listings that still wait for their first answer.
    """

    affordable: int
    overflow: int
    never_polled: int


@dataclass(frozen=True, slots=True)
class Batch:
    """One Keepa request: a marketplace, its listings, and what is asked. `days` None asks the whole history."""

    marketplace: str
    targets: tuple[Target, ...]
    buybox: bool
    rating: bool
    days: int | None

    @property
    def tokens(self) -> int:
        return len(self.targets) * (1 + 2 * self.buybox + self.rating)


def pace_of(changes: int, days: int = HISTORY_DAYS) -> float:
    """Square root of the expected changes a day, kept within bounds so that nothing is starved or favoured for ever."""
    slowest, fastest = PACES
    return min(fastest, max(slowest, sqrt((changes + PRIOR_CHANGES) / days)))


def place(target: Target, minute: int) -> tuple[int, float]:
    """Where a due target stands in the queue at a Keepa minute; smaller is sooner.

    `products.poll_targets.due` orders rows in the same way, and a test compares the two.
    """
    if target.source_minute is None:
        return (0, float("-inf")) if target.heat == OPEN else (1, 0.0)
    age = minute - target.source_minute
    if target.heat == OPEN:
        return 0, -age
    if age > OLDEST:
        return 2, -age
    return 3, -age * target.pace * (2.0 if target.heat == NEAR else 1.0)


def plan(due: Iterable[Target], budget: Budget, now: datetime, *, size: int = 100) -> list[Batch]:
    """Batches for the most urgent of `due` that the budget pays, one marketplace and one set of fields each."""
    minute = minute_of(now)
    first_with_buy_box = 3 * budget.never_polled <= budget.affordable
    left = budget.affordable
    chosen: list[tuple[Target, bool]] = []
    for target in sorted(due, key=lambda each: place(each, minute)):
        buybox = first_with_buy_box if target.source_minute is None else target.heat != COLD
        cost = 3 if buybox else 1
        if cost > left:
            break
        left -= cost
        chosen.append((target, buybox))
    spare = min(left, budget.overflow - (budget.affordable - left))
    return _batches(chosen, spare, now, size)


def _batches(chosen: Sequence[tuple[Target, bool]], spare: int, now: datetime, size: int) -> list[Batch]:
    groups: dict[tuple[str, bool, bool, bool], list[Target]] = {}
    for target, buybox in chosen:
        rating = spare > 0 and _wants_rating(target, now)
        spare -= rating
        full = _wants_full(target, buybox=buybox, rating=rating)
        groups.setdefault((target.marketplace, full, buybox, rating), []).append(target)
    batches = []
    # The first request of every group before the second of any: so a product's listings come together.
    for start in range(0, max(map(len, groups.values()), default=0), size):
        for (marketplace, full, buybox, rating), targets in groups.items():
            if part := tuple(targets[start : start + size]):
                days = None if full else _days(part, minute_of(now))
                batches.append(Batch(marketplace, part, buybox=buybox, rating=rating, days=days))
    return batches


def _wants_rating(target: Target, now: datetime) -> bool:
    return target.rating_polled_at is None or now - target.rating_polled_at > RATING_EVERY


def _wants_full(target: Target, *, buybox: bool, rating: bool) -> bool:
    """The first poll that asks a group asks its whole history; later ones only recent days."""
    if target.source_minute is None or target.full_history_wanted:
        return True
    first_buy_box = buybox and target.buy_box_polled_at is None
    first_rating = rating and target.rating_polled_at is None
    return first_buy_box or first_rating


def _days(targets: Sequence[Target], minute: int) -> int:
    oldest = min(target.source_minute for target in targets if target.source_minute is not None)
    return max(RECENT_DAYS, ceil((minute - oldest) / MINUTES_PER_DAY) + 1)


def retry_at(failures: int, now: datetime) -> datetime:
    """When to ask again for a product that Keepa left out `failures` times in a row."""
    return now + min(RETRY_AT_MOST, RETRY_AFTER * int(2 ** min(failures - 1, 10)))
