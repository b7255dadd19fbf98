"""Price offsets: half-up to the minor unit, the same in both forms of the arithmetic."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrage.economics.columns import columns_of
from arbitrage.economics.prices import LARGEST
from arbitrage.whatif.scenario import Scenario
from arbitrage.whatif.shifting import shifted_columns


def moved(prices: list[int], offset: int) -> list[int]:
    table = np.array([prices] * 5, dtype=np.int64)
    columns = replace(columns_of([{}] * len(prices)), sale=table)
    scenario = Scenario("", (("sell_offset", offset),))
    shifted = shifted_columns(columns, scenario)
    assert (shifted.buy == -1).all()
    return [int(price) for price in shifted.sale[0]]


@pytest.mark.parametrize(
    ("price", "offset", "expected"),
    [(7999, -500, 7599), (10, 2500, 13), (10, -2500, 8), (1, -9900, 0), (-1, 5000, -1), (333, 0, 333)],
)
def test_a_price_moves_by_its_share_rounded_half_up(price: int, offset: int, expected: int) -> None:
    assert moved([price], offset) == [expected]


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(1, LARGEST), min_size=1, max_size=8), st.integers(-9_900, 100_000))
def test_large_prices_and_offsets_stay_exact(prices: list[int], offset: int) -> None:
    assert moved(prices, offset) == [(price * (10_000 + offset) * 2 + 10_000) // 20_000 for price in prices]
