"""Any sequence of prices, troubles, thresholds and pauses: rows and events stay legal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from arbitrage.lifecycle import CONFIRMED, REOPEN_WITHIN, Figures, Standing, Step, Thresholds, Trouble, decide

FOLLOWS = {
    Step.OPENED: {Step.IMPROVED, Step.WORSENED, Step.CLOSED},
    Step.REOPENED: {Step.IMPROVED, Step.WORSENED, Step.CLOSED},
    Step.IMPROVED: {Step.IMPROVED, Step.WORSENED, Step.CLOSED},
    Step.WORSENED: {Step.IMPROVED, Step.WORSENED, Step.CLOSED},
    Step.CLOSED: {Step.REOPENED},
}


def figures(buy: int, sell: int, is_estimate: bool) -> Figures:
    net = sell * 69 // 100 - buy
    return Figures(buy, sell, cost=buy, net=net, net_eur=net, roi=net * 10_000 // buy, is_estimate=is_estimate)


flips = st.one_of(
    st.builds(figures, st.integers(500, 6_000), st.integers(1_000, 9_000), st.booleans()),
    st.sampled_from(Trouble),
)


class OneFlip(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.asked = Thresholds(min_roi=1_500, min_profit=300)
        self.rows: list[Standing] = []
        self.events: list[list[Step]] = []

    @rule(minutes=st.integers(0, 900))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(roi=st.integers(0, 4_000), profit=st.integers(0, 1_000))
    def profile_changes(self, roi: int, profit: int) -> None:
        self.asked = Thresholds(roi, profit)

    @rule(flip=flips)
    def flip_is_evaluated(self, flip: Figures | Trouble) -> None:
        self._apply(flip)
        before = [list(steps) for steps in self.events]
        self._apply(flip)
        assert self.events == before, "the same flip again changed something"

    def _apply(self, flip: Figures | Trouble) -> None:
        newest = self.rows[-1] if self.rows else None
        decision = decide(newest, flip, self.asked, self.now)
        confirmed = decision.reason == CONFIRMED
        assert bool(decision.reason) == (decision.step is Step.CLOSED or confirmed)
        assert not confirmed or (decision.step is Step.IMPROVED and newest and newest.is_estimate)
        if decision.step is Step.OPENED:
            assert newest is None or (newest.closed_at and self.now - newest.closed_at > REOPEN_WITHIN)
            self.rows.append(self._row(flip))
            self.events.append([decision.step])
        elif decision.step is not Step.NOTHING:
            self.rows[-1] = self._moved(self.rows[-1], flip, decision.step)
            self.events[-1] += [decision.step] if decision.step is not Step.KEEP else []

    def _row(self, flip: Figures | Trouble) -> Standing:
        assert isinstance(flip, Figures)
        now = (flip.buy_price, flip.sell_price, flip.net, flip.net_eur, flip.roi)
        return Standing(None, *now, flip.net_eur, flip.roi, flip.is_estimate)

    def _moved(self, row: Standing, flip: Figures | Trouble, step: Step) -> Standing:
        if step is Step.CLOSED:
            return replace(row, closed_at=self.now)
        if step is not Step.KEEP:
            return self._row(flip)
        kept = self._row(flip)
        return replace(kept, event_net_eur=row.event_net_eur, event_roi=row.event_roi)

    @invariant()
    def never_two_open(self) -> None:
        assert all(row.closed_at for row in self.rows[:-1])

    @invariant()
    def events_alternate(self) -> None:
        for steps in self.events:
            assert steps[0] is Step.OPENED
            assert all(after in FOLLOWS[before] for before, after in pairwise(steps))


TestOneFlip = OneFlip.TestCase
TestOneFlip.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
