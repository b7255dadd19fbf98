"""How often a product comes back, and what a flip earns on average after that (economics.md 1.7).

The profile's own rate counts first. Without one a prior by category stands in, marked as an assumption: the dated row
of the category's return class (the share from which Amazon itself charges for returns), else the numbers below. Keepa's
word for a product (rarely, often returned) scales either.
"""

from dataclasses import dataclass, replace

from arbitrage.economics.amounts import landed
from arbitrage.economics.flip import proceeds_of
from arbitrage.economics.inputs import FlipInputs
from arbitrage.economics.profiles import Returns
from arbitrage.economics.rates import Rate
from arbitrage.economics.returns import Expected, expected
from arbitrage.risk.kinds import BEAUTY, ELECTRONICS, is_kind

ELECTRONICS_RATE, BEAUTY_RATE, OTHER_RATE = 146_700, 56_500, 80_000
"""Ppm of sales. The first two are Amazon's thresholds of February 2025; the third lies between them, a judgement."""
RESALEABLE = 500_000
SCALE = {1: 600_000, 2: 1_600_000}
"""Ppm by Keepa's returnRate: 1 is low, 2 is high."""
_PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class AfterReturns:
    """`rate` is ppm; `is_assumed` where no return rate is set in the profile."""

    rate: int
    is_assumed: bool
    expected: Expected


def after_returns(inputs: FlipInputs, net: int, category: str, return_rate: int | None) -> AfterReturns:
    """The mean of sales that stay and sales that come back; `net` is that of a sale that stays."""
    own = inputs.terms.returns
    if own is None:
        dated = _dated_prior(inputs)
        base = Returns(prior(category) if dated is None else dated, RESALEABLE)
    else:
        base = own
    rate = min(base.rate * SCALE.get(return_rate or 0, _PPM) // _PPM, _PPM)
    cost, sale = landed(inputs.terms.purchase, inputs.buy), proceeds_of(inputs)
    mean = expected(replace(base, rate=rate), cost, sale, net=net, fee_vat=inputs.terms.sale.fee_vat)
    return AfterReturns(rate, own is None, mean)


def _dated_prior(inputs: FlipInputs) -> int | None:
    """The row of the target's return class that holds on the day of the terms, ppm."""
    category = inputs.charges.category if inputs.charges else None
    taxes = inputs.terms.taxes
    if taxes is None or category is None or not category.returns:
        return None
    found = taxes.book.returns(category.returns, taxes.on)
    return found.ppm if isinstance(found, Rate) else None


def prior(category: str) -> int:
    """The share of sales that comes back where neither the seller nor a row says it, ppm."""
    if is_kind(category, ELECTRONICS):
        return ELECTRONICS_RATE
    return BEAUTY_RATE if is_kind(category, BEAUTY) else OTHER_RATE
