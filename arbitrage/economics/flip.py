"""One flip in Decimal, line by line: the arithmetic that people read (economics.md 1)."""

from dataclasses import dataclass, replace

from arbitrage.economics.amounts import Landed, Proceeds, converted, landed, proceeds
from arbitrage.economics.inputs import FlipInputs
from arbitrage.economics.lines import Kind, Line, lines
from arbitrage.economics.profiles import PurchaseVat
from arbitrage.economics.returns import Expected, expected
from arbitrage.economics.rounding import basis_points

__all__ = ["Flip", "Kind", "Line", "evaluate"]


@dataclass(frozen=True, slots=True)
class Flip:
    """An evaluated flip. Amounts are minor units of `currency`; `net` = the sum of all lines but the INFO ones.

    `revenue` is without VAT, `fees` with the VAT on them where that is a cost (`fee_vat`, a part of it), `cost` the
    landed cost. `roi`, `margin` (of the revenue) and `cash_roi` (counting VAT paid first and refunded later) are basis
    points, half-up. `gross_spread` is the difference of the listed prices, context only. `net_if_vat_lost` is the net
    profit if the source country's VAT does not come back, None where it never does. `vat_prefinanced` is VAT paid first
    and refunded later. `expected` is after returns.
    """

    inputs: FlipInputs
    lines: tuple[Line, ...]
    revenue: int
    fees: int
    fee_vat: int
    goods: int
    cost: int
    net: int
    net_eur: int
    roi: int
    margin: int
    cash_roi: int
    vat_prefinanced: int
    gross_spread: int
    gross_margin: int
    net_if_vat_lost: int | None
    expected: Expected | None

    @property
    def currency(self) -> str:
        """The target's currency."""
        return self.inputs.terms.currency

    @property
    def cash_tied(self) -> int:
        """What leaves the account before the goods are sold: the landed cost and the VAT paid first."""
        return self.cost + self.vat_prefinanced

    def annualised(self, days: int) -> int:
        """ROI over a year if the capital comes back after `days` (at least 1); basis points, for ranking alone."""
        return basis_points(self.net * 365, self.cost * days)


def evaluate(inputs: FlipInputs) -> Flip:
    """Price a flip. Total: any complete inputs have a result, which may be a loss."""
    terms = inputs.terms
    cost = landed(terms.purchase, inputs.buy)
    sale = proceeds_of(inputs)
    net = sale.payout - cost.cost
    listed = converted(inputs.buy, terms.purchase.conversion)
    return Flip(
        inputs=inputs,
        lines=tuple(lines(inputs, cost, sale)),
        revenue=sale.revenue,
        fees=sale.fees + sale.fee_vat,
        fee_vat=sale.fee_vat,
        goods=cost.goods,
        cost=cost.cost,
        net=net,
        net_eur=converted(net, terms.to_euro),
        roi=basis_points(net, cost.cost),
        margin=basis_points(net, sale.revenue),
        cash_roi=basis_points(net, cost.cost + cost.recoverable),
        vat_prefinanced=cost.recoverable,
        gross_spread=inputs.sale - listed,
        gross_margin=sale.revenue - cost.goods,
        net_if_vat_lost=_net_if_vat_lost(inputs, sale),
        expected=_expected(inputs, cost, sale, net),
    )


def proceeds_of(inputs: FlipInputs) -> Proceeds:
    """The sale side of a flip."""
    return proceeds(
        inputs.terms.sale,
        inputs.sale,
        buy=inputs.buy,
        referral=inputs.referral_fee,
        fba=inputs.fba_fee,
        closing=inputs.closing,
    )


def _net_if_vat_lost(inputs: FlipInputs, sale: Proceeds) -> int | None:
    purchase = inputs.terms.purchase
    if not purchase.mode.is_net:
        return None
    lost = replace(purchase, mode=PurchaseVat.GROSS_NOT_RECOVERABLE, added_vat=None)
    return sale.payout - landed(lost, inputs.buy).cost


def _expected(inputs: FlipInputs, cost: Landed, sale: Proceeds, net: int) -> Expected | None:
    returns = inputs.terms.returns
    if returns is None:
        return None
    return expected(returns, cost, sale, net=net, fee_vat=inputs.terms.sale.fee_vat)
