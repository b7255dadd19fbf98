"""The bucket against a small Keepa of its own: whatever the interleaving, it never overspends and nothing leaks."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingestion.errors import NotPayable
from ingestion.keepa.bucket import ABANDONED, Bucket
from ingestion.keepa.envelope import Envelope
from ingestion.models import TokenBucket, TokenUse
from tests.ingestion.keepa.answers import KEY

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class Keepa:
    """Keepa's side: lumps each minute, a request runs if the balance is positive, whatever it costs."""

    rate: int
    balance: int
    clock: float = 0.0
    next_lump: float = 37.0
    lowest: int = 10**6
    spent: int = 0

    def wait(self, seconds: float) -> None:
        self.clock += seconds
        while self.clock >= self.next_lump:
            self.balance = min(60 * self.rate, self.balance + self.rate)
            self.next_lump += 60

    def answer(self, cost: int) -> Envelope:
        """Charge, and say what is left. A request that finds nothing would be a 429: the tests allow none."""
        assert self.balance > 0
        self.balance -= cost
        self.spent += cost
        self.lowest = min(self.lowest, self.balance)
        return Envelope(
            timestamp=int(self.clock * 1000),
            tokens_left=self.balance,
            refill_in=int((self.next_lump - self.clock) * 1000),
            refill_rate=self.rate,
            tokens_consumed=cost,
        )


@dataclass
class Call:
    """A request of one worker: reserved, then answered by Keepa, then settled or lost on the way."""

    reservation: int
    cost: int
    sent: float
    envelope: Envelope | None = None


@dataclass
class World:
    """Two workers (or more) on one bucket, and the time they live in."""

    keepa: Keepa
    bucket: Bucket
    calls: list[Call] = field(default_factory=list)
    lost: int = 0

    @property
    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.keepa.clock)

    def wait(self, seconds: float) -> None:
        """Time passes. No request takes as long as ABANDONED: a worker that would still wait then was killed before."""
        over = self.keepa.clock + seconds - ABANDONED.total_seconds()
        for call in [call for call in self.calls if call.sent <= over]:
            call.envelope = call.envelope or self.keepa.answer(call.cost)
            self.calls.remove(call)
            self.lost += call.cost
        self.keepa.wait(seconds)

    def tell(self) -> None:
        free = self.keepa.balance
        envelope = Envelope(
            timestamp=int(self.keepa.clock * 1000),
            tokens_left=free,
            refill_in=int((self.keepa.next_lump - self.keepa.clock) * 1000),
            refill_rate=self.keepa.rate,
        )
        self.bucket.sync(envelope, asked_at=self.now, now=self.now)

    def send(self, estimate: int, saved: int) -> None:
        """Reserve; what Keepa will charge is at most the estimate."""
        affordable = self.bucket.affordable(self.now)
        try:
            reservation = self.bucket.reserve(estimate, purpose="products", now=self.now)
        except NotPayable:
            assert estimate > affordable
            return
        assert estimate <= affordable
        self.calls.append(Call(reservation, max(0, estimate - saved), self.keepa.clock))

    def work(self, which: int) -> None:
        """Keepa answers one of the requests that it has not answered yet."""
        waiting = [call for call in self.calls if call.envelope is None]
        if waiting:
            call = waiting[which % len(waiting)]
            call.envelope = self.keepa.answer(call.cost)

    def arrive(self, which: int) -> None:
        """One of the answers reaches its worker, in any order."""
        answered = [call for call in self.calls if call.envelope is not None]
        if answered:
            call = answered[which % len(answered)]
            assert call.envelope is not None
            self.bucket.settle(call.reservation, call.envelope, now=self.now)
            self.calls.remove(call)

    def lose(self, which: int) -> None:
        """A request whose worker gives up: Keepa has charged for it or never will."""
        if self.calls:
            call = self.calls.pop(which % len(self.calls))
            self.lost += call.cost if call.envelope else 0
            self.bucket.unanswered(call.reservation, now=self.now)

    def finish(self) -> None:
        """Everything under way comes to its end, and Keepa is asked once more."""
        while self.calls:
            self.work(0)
            self.arrive(0)
        self.keepa.wait(0.001)
        self.tell()


PICK = st.integers(0, 3)
SEND = st.tuples(st.just("send"), st.integers(1, 60), st.sampled_from([0, 0, 1, 50]))
WORK, ARRIVE, LOSE = (st.tuples(st.just(name), PICK) for name in ("work", "arrive", "lose"))
WAIT = st.tuples(st.just("wait"), st.sampled_from([0.001, 1.0, 20.0, 60.0, 200.0, 4000.0]))
LARGE = st.tuples(st.just("send"), st.integers(60, 320), st.just(0))
STEPS = st.lists(
    st.one_of(SEND, WORK, ARRIVE, SEND, WORK, ARRIVE, SEND, LARGE, LOSE, WAIT, st.tuples(st.just("tell"))),
    min_size=12,
    max_size=25,
)


Steps = list[tuple[Any, ...]]
TWO_SENT: Steps = [("send", 50, 0), ("send", 50, 0)]


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([5, 20]), st.integers(1, 300), STEPS)
@example(20, 300, [*TWO_SENT, ("work", 0), ("wait", 1.0), ("work", 0), ("arrive", 1), ("arrive", 0)])
@example(20, 300, [*TWO_SENT, ("work", 0), ("work", 0), ("arrive", 1), ("arrive", 0)])
@example(20, 300, [*TWO_SENT, ("work", 0), ("work", 0), ("lose", 1), ("arrive", 0)])
@example(5, 1, [("wait", 4000.0), ("send", 154, 0), ("wait", 4000.0), ("tell",), ("send", 126, 0)])
@example(20, 300, [*TWO_SENT, ("wait", 200.0), ("work", 0), ("wait", 200.0), ("tell",), ("send", 200, 0)])
def test_no_interleaving_overspends_or_leaks(rate: int, start: int, steps: Steps) -> None:
    TokenBucket.objects.all().delete()
    TokenUse.objects.all().delete()
    world = World(Keepa(rate, start), Bucket(KEY))
    world.tell()
    assert world.bucket.state(world.now).is_known
    for name, *values in steps:
        getattr(world, name)(*values)
        state = world.bucket.state(world.now)
        assert world.keepa.balance >= 0
        assert state.tokens - state.reserved <= world.keepa.balance
    world.finish()
    state = world.bucket.state(world.now)
    assert world.keepa.lowest >= state.reserve
    assert (state.reserved, state.tokens) == (0, world.keepa.balance)
    assert state.spent_this_month == world.keepa.spent - world.lost
