"""Routes across currencies: the quick look at the best exchange rate passes over nothing that a day would have held."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from arbitrage.backtest.assumptions import Assumptions
from arbitrage.backtest.dated import days_of, is_foreign
from arbitrage.backtest.reached import could_hold, reached
from arbitrage.economics.kernel import Columns, price
from products.marketplaces import CODES, PAIRS
from tests.arbitrage.backtest import worlds
from tests.arbitrage.backtest.worlds import END

BRITISH = replace(
    worlds.SELLER, registrations=frozenset(CODES), freight=150, brokerage=40, duty=47_000, fx_spread=10_000
)
TERMS = worlds.terms(BRITISH)
LAST = int(days_of(np.array([END]))[0])


def looks(seed: int, count: int = 60) -> tuple[Columns, NDArray[np.int64]]:
    """Prices near break-even on some days of a year and a half, part of it before the first exchange rate."""
    dice = np.random.default_rng(seed)
    shape = (len(CODES), count)
    buy = dice.integers(1_500, 3_000, shape)
    sale = (buy * dice.uniform(1.3, 1.9, shape)).astype(np.int64)
    fees = (np.full(shape, 150_000), np.full(shape, 300), np.full(shape, -1))
    return Columns(buy, sale, *fees), np.sort(dice.integers(LAST - 550, LAST, count))


@given(st.integers(0, 10_000), st.sampled_from([(1_500, 300), (200, 0), (200, -400), (0, 100), (-500, -1000)]))
@settings(max_examples=30, deadline=None)
def test_every_route_is_judged_as_if_priced_on_each_day_alone(seed: int, limits: tuple[int, int]) -> None:
    columns, days = looks(seed)
    rules = Assumptions(min_roi=limits[0], min_profit=limits[1])

    opens, holds = reached(columns, days, PAIRS, TERMS, rules)

    for place, day in enumerate(days.tolist()):
        alone = price(TERMS.table(PAIRS, day), columns.part(place, 1))
        assert (opens[:, place] == alone.meets(min_roi=limits[0], min_profit=limits[1])[:, 0]).all()
        assert (holds[:, place] == alone.meets(min_roi=limits[0] - 200, min_profit=limits[1] - 50)[:, 0]).all()


def test_the_quick_look_leaves_most_out() -> None:
    columns, days = looks(1, count=400)
    foreign = [pair for pair in PAIRS if is_foreign(pair)]

    possible = could_hold(columns, days, foreign, TERMS, Assumptions(min_roi=3_000))
    _, holds = reached(columns, days, foreign, TERMS, Assumptions(min_roi=3_000))

    assert 0 < holds.sum() <= possible.sum() < possible[[PAIRS.index(pair) for pair in foreign]].size / 2
