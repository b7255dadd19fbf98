"""Episodes against the lifecycle that the detector steps through."""

from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrage.backtest.episodes import episodes
from arbitrage.lifecycle import Figures, Standing, Step, Thresholds, Trouble, decide
from tests.factories import NOON

LIMITS = Thresholds(min_roi=1500, min_profit=300)
looks = st.lists(st.tuples(st.integers(1, 500), st.sampled_from([None, 100, 260, 299, 300, 320, 900])), max_size=40)


def flip(net: int | None, cost: int = 2000) -> Figures | Trouble:
    if net is None:
        return Trouble.OUT_OF_STOCK
    return Figures(buy_price=1, sell_price=1, cost=cost, net=net, net_eur=net, roi=net * 10_000 // cost)


def by_the_lifecycle(minutes: list[int], nets: list[int | None]) -> list[list[object]]:
    """[opening minute, closing minute, closed for good] of each row that the detector would have written."""
    rows: list[list[object]] = []
    standing: Standing | None = None
    for minute, net in zip(minutes, nets, strict=True):
        now, found = NOON + timedelta(minutes=minute), flip(net)
        step = decide(standing, found, LIMITS, now).step
        if step is Step.OPENED:
            rows.append([minute, minutes[-1], False])
        elif step is Step.REOPENED:
            rows[-1][1:] = [minutes[-1], False]
        elif step is Step.CLOSED:
            rows[-1][1:] = [minute, True]
        if step in {Step.OPENED, Step.REOPENED, Step.CLOSED}:
            standing = Standing(now if step is Step.CLOSED else None, 1, 1, 1, 1, 1500, 300, 1500)
    return rows


@given(looks)
@settings(max_examples=200, deadline=None)
def test_episodes_are_the_rows_that_the_detector_would_write(steps: list[tuple[int, int | None]]) -> None:
    minutes = np.cumsum([pause for pause, _ in steps]).astype(np.int64)
    nets = [net for _, net in steps]
    known = [-(10**6) if net is None else net for net in nets]
    opens = np.array([net >= 300 and net * 10_000 >= 1500 * 2000 for net in known], np.bool_)
    holds = np.array([net >= 250 and net * 10_000 >= 1300 * 2000 for net in known], np.bool_)

    found = episodes(opens, holds, minutes)

    rows = [
        list(row)
        for row in zip(minutes[found.opened].tolist(), found.closed.tolist(), found.ended.tolist(), strict=True)
    ]
    assert rows == by_the_lifecycle(minutes.tolist(), nets)
