"""What returns cost on average (economics.md 1.7)."""

from dataclasses import dataclass
from decimal import Decimal, localcontext

from arbitrage.economics.amounts import Landed, Proceeds, fraction
from arbitrage.economics.profiles import Returns
from arbitrage.economics.rates import Rate
from arbitrage.economics.rounding import CONTEXT, PPM, basis_points, half_up

KEPT_REFERRAL = Decimal("0.20")
KEPT_AT_MOST = 500
"""Amazon keeps 20 % of the referral fee on a refund, at most EUR 5 or GBP 5 (economics.md 1.7)."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A flip after returns. The terms of `loss` are those of one returned unit; `roi` is basis points of the cost."""

    fulfilment: int
    kept_referral: int
    kept_vat: int
    handling: int
    write_off: int
    loss: int
    net: int
    roi: int


def expected(returns: Returns, cost: Landed, sale: Proceeds, *, net: int, fee_vat: Rate | None) -> Expected:
    """The mean of a sale that stays and one that comes back, at the profile's return rate."""
    with localcontext(CONTEXT):
        fulfilment = sale.fba + sale.fuel
        kept = min(KEPT_AT_MOST, half_up(KEPT_REFERRAL * sale.referral))
        kept_vat = half_up((fulfilment + kept) * fraction(fee_vat))
        salvage = half_up(cost.cost * returns.salvage / PPM)
        write_off = half_up((PPM - returns.resaleable) * (cost.cost - salvage) / PPM)
        loss = fulfilment + kept + kept_vat + returns.handling + write_off
        mean = half_up(((PPM - returns.rate) * net - returns.rate * loss) / PPM)
    return Expected(
        fulfilment=fulfilment,
        kept_referral=kept,
        kept_vat=kept_vat,
        handling=returns.handling,
        write_off=write_off,
        loss=loss,
        net=mean,
        roi=basis_points(mean, cost.cost),
    )
