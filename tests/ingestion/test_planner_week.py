"""A week of polling in fast motion: planner and token bucket alone, against round-robin (docs/decisions/0004)."""

import heapq
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from statistics import mean, median

import pytest

from arbitrage_site.clock import MINUTES_PER_DAY, minute_of, moment_of
from ingestion.keepa.bucket import Bucket
from ingestion.keepa.envelope import Envelope
from ingestion.planner import COLD, HISTORY_DAYS, OPEN, Budget, Target, pace_of, place, plan
from ingestion.polling import LOOK_AHEAD
from ingestion.simulator.catalogue import demo_asins
from ingestion.simulator.market import Market
from products.marketplaces import MARKETPLACES

START = datetime(2026, 11, 2, tzinfo=UTC)
FIRST = minute_of(START)
DAYS, PRODUCTS, RATE, TICK, REFRESH = 7, 1000, 20, 5, 60
LISTINGS = PRODUCTS * 5
LEGS = {product * 5 + leg for product in range(0, PRODUCTS, 25) for leg in (0, 1)}
"""Both legs of one open opportunity for each of 40 products."""


def _changes() -> list[list[int]]:
    """Minutes at which each listing's price changes in the simulated market, from 90 days before the week on.

    At this tempo it is one change a day and listing on average, and a tenth of the listings makes nine tenths of them.
    """
    history = FIRST - HISTORY_DAYS * MINUTES_PER_DAY
    market = Market(seed=1, live_since=history, tempo=3.65)
    moments: list[list[int]] = [[] for _ in range(LISTINGS)]
    for nth, marketplace in enumerate(MARKETPLACES.values()):
        indices, minutes = market.change_minutes(
            demo_asins(PRODUCTS), marketplace.domain_id, history, FIRST + DAYS * MINUTES_PER_DAY
        )
        for index, minute in zip(indices.tolist(), minutes.tolist(), strict=True):
            moments[index * 5 + nth].append(minute)
    return [sorted(each) for each in moments]


@dataclass
class Seen:
    """What polling learned of each listing: the minute Keepa last collected it, and the delay of each change."""

    changes: list[list[int]]
    source: list[int | None] = field(default_factory=lambda: [None] * LISTINGS)
    delays: list[int] = field(default_factory=list)

    def poll(self, listing: int, minute: int) -> int:
        """Keepa collects a product again when what it has is older than an hour."""
        before = self.source[listing]
        if before is None or minute - before >= REFRESH:
            self.source[listing] = minute
            if before is not None and minute > FIRST + MINUTES_PER_DAY:
                moments = self.changes[listing]
                between = moments[bisect_right(moments, before) : bisect_right(moments, minute)]
                self.delays += [minute - moment for moment in between]
        return self.source[listing] or minute


class KeepaTokens:
    """Keepa's side of the bucket: a lump a minute, capped at an hour's worth."""

    def __init__(self) -> None:
        self.tokens, self.minute, self.lost = RATE * 60, FIRST, 0

    def tick(self, minute: int) -> int:
        """Let lumps arrive until `minute`; returns what the cap threw away."""
        grown = self.tokens + (minute - self.minute) * RATE
        self.tokens, self.minute = min(RATE * 60, grown), minute
        return grown - self.tokens

    def answer(self, cost: int) -> Envelope:
        self.tokens -= cost
        milliseconds = int(moment_of(self.minute).timestamp() * 1000)
        return Envelope(milliseconds, self.tokens, 60_000, RATE, 0.0, cost)


def _round_robin(changes: list[list[int]]) -> float:
    seen, tokens, position = Seen(changes), KeepaTokens(), 0
    for minute in range(FIRST, FIRST + DAYS * MINUTES_PER_DAY, TICK):
        tokens.tick(minute)
        for _ in range(max(0, tokens.tokens - 60)):
            seen.poll(position % LISTINGS, minute)
            position, tokens.tokens = position + 1, tokens.tokens - 1
    return mean(seen.delays)


@pytest.mark.django_db
def test_a_week_of_polling_keeps_its_promises() -> None:
    changes = _changes()
    seen, tokens, bucket = Seen(changes), KeepaTokens(), Bucket("k" * 64)
    bucket.sync(tokens.answer(0), asked_at=START, now=START)
    targets = [_new(listing) for listing in range(LISTINGS)]
    due_at = [FIRST] * LISTINGS
    waiting, open_ages, oldest, lost_while_due = LISTINGS, [], 0, 0
    for minute in range(FIRST, FIRST + DAYS * MINUTES_PER_DAY, TICK):
        now = moment_of(minute) + timedelta(seconds=1)
        due = [target for target in targets if due_at[target.id] <= minute]
        lost_while_due += tokens.tick(minute) if due else 0
        state = bucket.state(now)
        budget = Budget(state.affordable, max(0, state.tokens + RATE * TICK - state.capacity), waiting)
        likely = heapq.nsmallest(LOOK_AHEAD, due, key=lambda target: place(target, minute))
        for batch in plan(likely, budget, now):
            reservation = bucket.reserve(batch.tokens, purpose="products", now=now)
            bucket.settle(reservation, tokens.answer(batch.tokens), now=now)
            for target in batch.targets:
                waiting -= target.source_minute is None
                source = seen.poll(target.id, minute)
                due_at[target.id] = max(source + REFRESH, minute + REFRESH // 4)
                known = changes[target.id]
                moved = bisect_left(known, source) - bisect_left(known, source - 90 * MINUTES_PER_DAY)
                targets[target.id] = replace(target, source_minute=source, pace=pace_of(moved))
        if minute > FIRST + MINUTES_PER_DAY:
            open_ages += [minute - (seen.source[leg] or 0) for leg in LEGS]
            if minute % 60 == 0:
                oldest = max(oldest, minute - min(source or 0 for source in seen.source))

    assert median(open_ages) <= 35
    assert oldest <= 12 * 60
    assert lost_while_due == 0
    assert tokens.tokens >= 0
    assert mean(seen.delays) <= _round_robin(changes) / 2


def _new(listing: int) -> Target:
    heat = OPEN if listing in LEGS else COLD
    return Target(listing, str(listing), "DE", heat, 1.0, None, False, START, START)
