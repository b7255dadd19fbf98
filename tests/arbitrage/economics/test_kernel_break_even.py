"""The break-even over tables against the Decimal form and against a search over every price."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from arbitrage.economics.amounts import landed
from arbitrage.economics.flip import proceeds_of
from arbitrage.economics.inputs import FlipInputs
from arbitrage.economics.kernel_break_even import break_evens
from arbitrage.economics.limits import break_even
from arbitrage.economics.missing import Incomplete
from products.marketplaces import PAIRS
from tests.arbitrage.economics.examples import E1A, E1B, E1C, E2A, E3A, columns_for
from tests.arbitrage.economics.test_agreement import flips
from tests.arbitrage.economics.test_pieces import TIERS, ruled


def kernel_break_even(inputs: FlipInputs, profit: int = 0) -> int | None:
    pair = (inputs.terms.source, inputs.terms.target)
    table = {other: inputs.terms if other == pair else Incomplete(*other, ()) for other in PAIRS}
    value = int(break_evens(table, columns_for(inputs), profit=profit)[PAIRS.index(pair), 0])
    return value if value > 0 else None


def net_at(inputs: FlipInputs, price: int) -> int:
    return proceeds_of(replace(inputs, sale=price)).payout - landed(inputs.terms.purchase, inputs.buy).cost


@pytest.mark.parametrize(("inputs", "price"), [(E1A, 6644), (E1B, 6793), (E2A, 7101), (E3A, 4845)])
def test_the_vectors_within_a_rounding(inputs: FlipInputs, price: int) -> None:
    found = kernel_break_even(inputs)
    assert found is not None
    assert abs(found - price) <= 2
    assert net_at(inputs, found) >= 0


def test_the_margin_scheme_breaks_where_the_prices_meet() -> None:
    found = kernel_break_even(E1C)
    assert found is not None
    assert abs(found - (break_even(E1C) or 0)) <= 2
    assert net_at(E1C, found) >= 0


@settings(max_examples=100, deadline=None)
@given(flips())
def test_it_is_the_decimal_forms_within_roundings(inputs: FlipInputs) -> None:
    assume(inputs.buy < 10_000_000)
    found, exact = kernel_break_even(inputs), break_even(inputs)
    assert (found is None) == (exact is None)
    if found is not None and exact is not None:
        assert net_at(inputs, found) >= 0
        assert abs(net_at(inputs, exact) - net_at(inputs, found)) <= 3


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(TIERS), st.integers(100, 6_000), st.integers(0, 400), st.integers(500, 3_000), st.integers(0, 300)
)
def test_a_search_finds_no_lower_price(tiers: str, buy: int, saved: int, limit: int, minimum: int) -> None:
    inputs = ruled(replace(E1A, buy=buy, fba=500), tiers, low=500 - saved, limit=limit, minimum=minimum)
    found = kernel_break_even(inputs)
    for price in range(1, found or 15_000, 13):
        assert net_at(inputs, price) <= 2  # rounded lines move a border by a cent or two
    if found is not None:
        assert net_at(inputs, found) >= 0
