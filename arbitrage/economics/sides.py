"""The two sides of a flip over int64 arrays: landed cost, and proceeds (economics.md 1.3 to 1.6)."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from arbitrage.economics.amounts import landed
from arbitrage.economics.rates import PPM
from arbitrage.economics.terms import PurchaseTerms, SaleTerms

Int64 = NDArray[np.int64]
Ppm = int | Int64
"""A rate: one for all rows, or one for each."""
LIMIT = 2**63 - 1
EXACT = 2**52
"""Below it a whole number is exact in float64, and so is the floor of the quotient of two of them."""


@dataclass(frozen=True, slots=True)
class Sale:
    """Revenue without VAT (before margin VAT) and fees with their VAT where it is a cost; minor units."""

    revenue: Int64
    fees: Int64


@dataclass(frozen=True, slots=True, eq=False)
class PurchaseRates:
    """The rates of a purchase that depend on the goods; `duty` is None within a customs territory."""

    source_vat: Ppm
    added_vat: Ppm
    duty: Ppm | None
    import_vat: Ppm


def scaled(amounts: Int64, numerator: int, denominator: int) -> Int64:
    """amounts * numerator / denominator, rounded half-up. Amounts must not be negative.

    The fraction is reduced first. Where a product would still pass 64 bits the same formula runs on Python's integers:
    slower, and exact as well.
    """
    ratio = Fraction(numerator, denominator)
    top, bottom = 2 * ratio.numerator, 2 * ratio.denominator
    if top == bottom:
        return amounts
    if not top:
        return np.zeros_like(amounts)
    largest = int(amounts.max(initial=0))
    if largest * top + ratio.denominator > LIMIT:
        return np.asarray((amounts.astype(object) * top + ratio.denominator) // bottom, dtype=np.int64)
    return (amounts * top + ratio.denominator) // bottom


def quotient(numerators: Int64, denominators: Int64) -> Int64:
    """numerators / denominators, rounded half-up; both not negative, a denominator for each row.

    Float64 takes an eighth of the time of an int64 division by an array. The floor is exact while both halves of
    (2 * num + den) / (2 * den) are whole numbers below 2^52: a true quotient below a whole number misses it by at least
    1 / (2 * den), which is more than the rounding error. Anything larger is divided as integers.
    """
    if int(numerators.max(initial=0)) * 2 + int(denominators.max(initial=0)) >= EXACT:
        return (2 * numerators + denominators) // (2 * denominators)
    ratio = numerators.astype(np.float64)
    ratio *= 2.0
    ratio += denominators
    ratio /= 2.0 * denominators
    np.floor(ratio, out=ratio)
    return ratio.astype(np.int64)


def without_vat(amounts: Int64, vat: Ppm) -> Int64:
    """Prices with VAT as prices without it."""
    if isinstance(vat, int):
        return scaled(amounts, PPM, PPM + vat)
    return quotient(amounts * PPM, vat + PPM)


def share(amounts: Int64, rate: Ppm) -> Int64:
    """A rate of non-negative amounts, rounded."""
    if isinstance(rate, int):
        return scaled(amounts, rate, PPM)
    return (2 * amounts * rate + PPM) // (2 * PPM)


def landed_cost(terms: PurchaseTerms, rates: PurchaseRates, buy: Int64) -> Int64:
    """The landed cost in the target's minor units; `buy` in the source's."""
    fixed = landed(terms, 0)
    paid = buy if terms.mode.is_gross else without_vat(buy, rates.source_vat)
    numerator, denominator = terms.conversion.numerator, terms.conversion.denominator
    cost = _goods(terms, rates.added_vat, paid) + (terms.freight + fixed.brokerage + fixed.inbound + fixed.prep)
    if rates.duty is None:
        return cost
    value = scaled(paid, numerator, denominator) + terms.freight
    duty = share(value, rates.duty)
    cost += duty
    return cost + share(value + duty, rates.import_vat) if terms.import_vat_is_cost else cost


def _goods(terms: PurchaseTerms, added: Ppm, paid: Int64) -> Int64:
    """The goods with spread and added VAT; rows of one rate of added VAT are worked out together."""
    numerator = terms.conversion.numerator * (PPM + terms.spread)
    denominator = terms.conversion.denominator * PPM * PPM
    if isinstance(added, int):
        return scaled(paid, numerator * (PPM + added), denominator)
    goods = np.empty_like(paid)
    for rate in np.unique(added).tolist():
        rows = added == rate
        goods[rows] = scaled(paid[rows], numerator * (PPM + rate), denominator)
    return goods


def kept(volumes: Int64, numerators: Ppm, denominator: int) -> Int64:
    """Storage of volumes that are not negative: volume * numerator / denominator, rounded half-up."""
    if isinstance(numerators, int):
        return scaled(volumes, numerators, denominator)
    if int(volumes.max(initial=0)) * 2 * int(numerators.max(initial=0)) + denominator > LIMIT:
        exact = (2 * volumes.astype(object) * numerators + denominator) // (2 * denominator)
        return np.asarray(exact, dtype=np.int64)
    return (2 * volumes * numerators + denominator) // (2 * denominator)


def proceeds(terms: SaleTerms, vat: Ppm | None, sale: Int64, charged: Int64, fba: Int64, storage: int | Int64) -> Sale:
    """Net revenue and fees, minor units. `charged` is referral and closing fee; `vat` None: no output VAT."""
    revenue = sale if vat is None else without_vat(sale, vat)
    fulfilment = fba + share(fba, terms.fuel.ppm)
    surcharged = charged + fulfilment if terms.digital_services.on_fulfilment else charged
    fees = charged + fulfilment
    fees += share(surcharged, terms.digital_services.ppm)
    fees += storage + terms.per_item
    return Sale(revenue, fees + share(fees, terms.fee_vat.ppm) if terms.fee_vat else fees)


def margin_vat(vat: Ppm, margin: Int64) -> Int64:
    """VAT inside a positive margin; a loss carries none."""
    gain = np.maximum(margin, 0)
    if isinstance(vat, int):
        return scaled(gain, vat, PPM + vat)
    return quotient(gain * vat, vat + PPM)
