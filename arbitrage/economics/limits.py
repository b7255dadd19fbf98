"""How low the sale price may fall and how much one may pay (economics.md 1.7).

A closed form gives the neighbourhood; the printed lines decide, because rounding can cost a cent.
"""

from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal, localcontext

from arbitrage.economics.amounts import fraction, landed
from arbitrage.economics.flip import proceeds_of
from arbitrage.economics.inputs import LARGEST, FlipInputs
from arbitrage.economics.pieces import pieces
from arbitrage.economics.rounding import BASIS, CONTEXT, PPM


def break_even(inputs: FlipInputs) -> int | None:
    """The least sale price from which the printed profit is not negative; None where no price is high enough.

    Above it there may be dead zones, where a fee jumps: `pieces.profitable` has all of them.
    """
    return next((piece.root for piece in pieces(inputs) if piece.root is not None), None)


def max_buy(inputs: FlipInputs, *, roi: int = 0, profit: int = 0) -> int | None:
    """Most one may pay, in the source's currency, to reach `roi` (basis points) and `profit` (target's minor units).

    Both at least 0. None if no price reaches them.
    """
    with localcontext(CONTEXT):
        closed = min(_closed_max_buy(inputs, BASIS + roi, 0), _closed_max_buy(inputs, BASIS, profit))
    price = min(LARGEST, int(closed.to_integral_value(ROUND_FLOOR)))
    while price > 0 and not _meets(replace(inputs, buy=price), roi, profit):
        price -= 1
    return price if price > 0 else None


def _meets(inputs: FlipInputs, roi: int, profit: int) -> bool:
    cost = landed(inputs.terms.purchase, inputs.buy).cost
    net = proceeds_of(inputs).payout - cost
    return net * BASIS >= roi * cost and net >= profit


def _closed_max_buy(inputs: FlipInputs, required: Decimal, profit: int) -> Decimal:
    """The listed price at which payout - profit = cost * required / 10,000, in the source's minor units."""
    terms, sale = inputs.terms, proceeds_of(inputs)
    growth = required / BASIS
    fixed, per_unit = _cost_parts(inputs)
    if terms.sale.margin_vat:
        vat = fraction(terms.sale.margin_vat)
        kept = inputs.sale - (1 + vat) * (sale.fees + sale.fee_vat + growth * fixed + profit)
        return kept / (growth * (1 + vat) - vat)
    listed = 1 if terms.purchase.mode.is_gross else 1 + fraction(terms.purchase.source_vat)
    conversion = terms.purchase.conversion
    kept = (sale.payout - profit - growth * fixed) * listed * conversion.denominator
    return kept / (growth * per_unit * conversion.numerator)


def _cost_parts(inputs: FlipInputs) -> tuple[Decimal, Decimal]:
    """(a, b) of the landed cost a + b * (price as invoiced, converted), before rounding."""
    terms = inputs.terms.purchase
    cost = landed(terms, inputs.buy)
    border = (1 + fraction(terms.duty)) * (1 + (fraction(terms.import_vat) if terms.import_vat_is_cost else 0)) - 1
    fixed = cost.brokerage + cost.inbound + cost.prep + cost.freight * (1 + border)
    return fixed, (1 + terms.spread / PPM) * (1 + fraction(terms.added_vat)) + border
