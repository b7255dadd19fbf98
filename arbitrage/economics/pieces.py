"""The sale prices at which a flip earns something: piece by piece, because fees jump (economics.md 1.7).

Between two borders (referral tiers, the least fee, the low-price limit, the purchase price in the margin scheme) every
charge is a straight line of the price, so a closed form gives the root; the printed lines decide, because rounding can
cost a cent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal, localcontext

from arbitrage.economics.amounts import Proceeds, fraction, landed
from arbitrage.economics.flip import proceeds_of
from arbitrage.economics.inputs import FlipInputs
from arbitrage.economics.prices import LARGEST
from arbitrage.economics.referral import Segment, borders
from arbitrage.economics.rounding import CONTEXT, PPM

LEAST_SLOPE = Decimal("0.001")
"""A sale price of which less than a thousandth is kept has no useful break-even."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Sale prices from `low` to `high`, both inclusive, minor units; `high` is None where it has no end."""

    low: int
    high: int | None = None

    def holds(self, price: int) -> bool:
        """Whether a price is inside."""
        return self.low <= price and (self.high is None or price <= self.high)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of sale prices between two borders, and the least of them at which the flip earns the profit asked."""

    prices: Interval
    root: int | None


def pieces(inputs: FlipInputs, *, profit: int = 0) -> Iterator[Piece]:
    """All stretches in rising order with their break-even for `profit` (target's minor units, at least 0)."""
    needed = landed(inputs.terms.purchase, inputs.buy).cost + profit
    for prices in _stretches(inputs):
        yield Piece(prices, _root(inputs, prices, needed))


def profitable(inputs: FlipInputs, *, profit: int = 0) -> tuple[Interval, ...]:
    """The sale prices at which the flip earns at least `profit`, in rising order; what lies between are dead zones."""
    found: list[Interval] = []
    for piece in pieces(inputs, profit=profit):
        if piece.root is None:
            continue
        if found and found[-1].high == piece.root - 1:
            found[-1] = Interval(found[-1].low, piece.prices.high)
        else:
            found.append(Interval(piece.root, piece.prices.high))
    return tuple(found)


def room_to_fall(inputs: FlipInputs, *, profit: int = 0) -> int | None:
    """How far the sale price may fall, at every step of which the flip earns `profit`; None where it does not now."""
    current = next((part for part in profitable(inputs, profit=profit) if part.holds(inputs.sale)), None)
    return None if current is None else inputs.sale - current.low


def _stretches(inputs: FlipInputs) -> Iterator[Interval]:
    """The stretches between the borders of every charge."""
    rule = inputs.charges.referral.rule if inputs.charges else None
    cuts = set(borders(rule, inputs.least_referral, inputs.referral))
    if inputs.low is not None and inputs.limit is not None:
        cuts.add(inputs.limit)
    if inputs.terms.sale.margin_vat:
        cuts.add(inputs.buy)
    low = 1
    for cut in sorted(cut for cut in cuts if 0 < cut < LARGEST):
        if cut >= low:
            yield Interval(low, cut)
            low = cut + 1
    yield Interval(low)


def _root(inputs: FlipInputs, prices: Interval, needed: int) -> int | None:
    """The least price of a stretch at which the payout covers what is needed.

    The closed form may lie a rounding above its end although the printed lines at the end cover it.
    """
    high = LARGEST if prices.high is None else prices.high
    closed = _closed_root(inputs, prices, needed)
    if closed is None:
        return prices.low if _payout(inputs, prices.low) >= needed else None
    price = max(prices.low, int(min(closed, Decimal(LARGEST)).to_integral_value(ROUND_CEILING)))
    while price <= high:
        payout = _payout(inputs, price)
        if payout >= needed:
            return price
        price += max(needed - payout, 1)
    return high if prices.high is not None and _payout(inputs, high) >= needed else None


def _payout(inputs: FlipInputs, price: int) -> int:
    return proceeds_of(replace(inputs, sale=price)).payout


def _closed_root(inputs: FlipInputs, prices: Interval, needed: int) -> Decimal | None:
    """The root of revenue - fees - VAT on fees - what is needed, on the lines that hold inside the stretch.

    Both sides are multiplied by 1 + VAT, so that nothing but the last division can be inexact.
    """
    inside = replace(inputs, sale=prices.low if prices.high is None else prices.high)
    terms, sale, part = inputs.terms.sale, proceeds_of(inside), _line(inside)
    with localcontext(CONTEXT):
        with_fee_vat = 1 + fraction(terms.fee_vat)
        taxed = 1 + fraction(terms.digital_services)
        charged = taxed * (sale.closing + part.base / PPM)
        fixed = needed + with_fee_vat * (charged + _fulfilment(sale, taxed, inputs) + sale.storage + sale.per_item)
        on_margin = terms.margin_vat is not None and inside.sale > inputs.buy
        vat = fraction(terms.margin_vat) if on_margin else fraction(terms.output_vat)
        grown = fixed * (1 + vat) - (inputs.buy * vat if on_margin else 0)
        slope = 1 - with_fee_vat * taxed * part.rate / PPM * (1 + vat)
        return grown / slope if slope >= LEAST_SLOPE else None


def _fulfilment(sale: Proceeds, taxed: Decimal, inputs: FlipInputs) -> Decimal:
    """The fulfilment fee with fuel, and the digital services fee on it where it is in the base."""
    return (sale.fba + sale.fuel) * (taxed if inputs.terms.sale.digital_services.on_fulfilment else Decimal(1))


def _line(inputs: FlipInputs) -> Segment:
    """The straight line that the referral fee follows at the sale price."""
    rule = inputs.charges.referral.rule if inputs.charges else None
    part = Segment(None, inputs.referral)
    if rule is not None and inputs.uses_rule:
        part = rule.segments[rule.place(inputs.sale)]
    if part.fee(inputs.sale) < inputs.least_referral:
        return Segment(None, 0, inputs.least_referral * int(PPM))
    return part
