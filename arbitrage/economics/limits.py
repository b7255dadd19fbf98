"""How low the sale price may fall and how much one may pay (economics.md 1.7).

A closed form gives the neighbourhood; the printed lines decide, because rounding can cost a cent.
"""

from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext

from arbitrage.economics.amounts import Landed, fraction, landed
from arbitrage.economics.flip import proceeds_of
from arbitrage.economics.inputs import LARGEST, FlipInputs
from arbitrage.economics.rounding import BASIS, CONTEXT, PPM

LEAST_SLOPE = Decimal("0.001")
"""A sale price of which less than a thousandth is kept has no useful break-even."""


def break_even(inputs: FlipInputs) -> int | None:
    """The sale price from which the printed profit is not negative; None where no price is high enough."""
    cost = landed(inputs.terms.purchase, inputs.buy)
    closed = _closed_break_even(inputs, cost)
    if closed is None or closed > LARGEST:
        return None
    price = max(1, int(closed.to_integral_value(ROUND_CEILING)))
    while price <= LARGEST and proceeds_of(replace(inputs, sale=price)).payout < cost.cost:
        price += 1
    return price if price <= LARGEST else None


def _closed_break_even(inputs: FlipInputs, cost: Landed) -> Decimal | None:
    """The root of revenue - fees - VAT on fees - cost, on the rounded lines that do not depend on the price.

    Both sides are multiplied by 1 + VAT, so that nothing but the last division can be inexact.
    """
    terms = inputs.terms.sale
    sale = proceeds_of(inputs)
    with localcontext(CONTEXT):
        with_fee_vat = 1 + fraction(terms.fee_vat)
        taxed = 1 + fraction(terms.digital_services)
        fulfilment = (sale.fba + sale.fuel) * (taxed if terms.digital_services.on_fulfilment else 1)
        fixed = cost.cost + with_fee_vat * (taxed * sale.closing + fulfilment + sale.storage)
        vat = fraction(terms.margin_vat or terms.output_vat)
        grown = fixed * (1 + vat) - (inputs.buy * vat if terms.margin_vat else 0)
        slope = 1 - with_fee_vat * taxed * inputs.referral / PPM * (1 + vat)
        return grown / slope if slope >= LEAST_SLOPE else None


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
