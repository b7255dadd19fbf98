"""The maximum buy price over tables: it meets its targets, and a search finds none that is clearly higher."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from arbitrage.economics.flip import evaluate
from arbitrage.economics.inputs import LARGEST, FlipInputs
from arbitrage.economics.kernel import price
from arbitrage.economics.kernel_limits import max_buys
from arbitrage.economics.limits import max_buy
from arbitrage.economics.missing import Incomplete
from arbitrage.economics.rates import Conversion
from products.marketplaces import PAIRS
from tests.arbitrage.economics.examples import E1A, E1C, E2A, E2B, E3A, columns_for
from tests.arbitrage.economics.test_agreement import flips


def kernel_max_buy(inputs: FlipInputs, *, roi: int = 0, profit: int = 0) -> int | None:
    pair, columns = (inputs.terms.source, inputs.terms.target), columns_for(inputs)
    table = {other: inputs.terms if other == pair else Incomplete(*other, ()) for other in PAIRS}
    found = max_buys(table, columns, price(table, columns), roi=roi, profit=profit)
    assert np.count_nonzero(found > 0) <= 1
    value = int(found[PAIRS.index(pair), 0])
    return value if value > 0 else None


@pytest.mark.parametrize(
    ("inputs", "roi", "most"),
    [(E1A, 2000, 5087), (E1A, 3000, 4681), (E2A, 2000, 4039), (E3A, 1500, 3216), (E3A, 2000, 3077)],
)
def test_the_vectors(inputs: FlipInputs, roi: int, most: int) -> None:
    assert kernel_max_buy(inputs, roi=roi) == most


def test_a_target_in_money() -> None:
    assert kernel_max_buy(E2B, profit=1500) == max_buy(E2B, profit=1500)


@pytest.mark.parametrize(("roi", "profit"), [(0, 0), (2000, 0), (0, 1500), (3000, 1500)])
def test_the_margin_scheme_where_the_sale_depends_on_the_purchase(roi: int, profit: int) -> None:
    assert kernel_max_buy(E1C, roi=roi, profit=profit) == max_buy(E1C, roi=roi, profit=profit)


def test_half_a_unit_of_a_dear_currency_is_not_lost() -> None:
    """A pound is two euros here, so a penny more of cost would be two cents more to pay."""
    euros = replace(E2A.terms.purchase, conversion=Conversion("EUR", "GBP", 1, 2, date(2026, 9, 15), 0, "example"))
    dear = replace(E2A, terms=replace(E2A.terms, source="ES", target="UK", purchase=euros), sale=11_950_632)
    assert kernel_max_buy(dear, roi=48) == max_buy(dear, roi=48)


@settings(max_examples=200, deadline=None)
@given(flips(), st.integers(0, 5_000), st.integers(0, 2_000))
def test_it_is_the_decimal_forms_and_meets_the_targets(inputs: FlipInputs, roi: int, profit: int) -> None:
    most, exact = kernel_max_buy(inputs, roi=roi, profit=profit), max_buy(inputs, roi=roi, profit=profit)
    assert abs((most or 0) - (exact or 0)) <= 1 or most == LARGEST
    if most is not None:
        flip = evaluate(replace(inputs, buy=most))
        assert flip.net * 10_000 >= roi * flip.cost
        assert flip.net >= profit


@settings(max_examples=60, deadline=None)
@given(flips(), st.integers(0, 5_000))
def test_a_search_finds_no_price_that_is_clearly_higher(inputs: FlipInputs, roi: int) -> None:
    assume(inputs.sale < 100_000)
    most = kernel_max_buy(inputs, roi=roi) or 0
    for more in range(25, 200, 25):
        flip = evaluate(replace(inputs, buy=most + more))
        assert flip.net * 10_000 < roi * flip.cost or flip.net < 0 or (roi == 0 and flip.net == 0)
