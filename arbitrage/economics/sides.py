"""The two sides of a flip over int64 arrays: landed cost, and proceeds (economics.md 1.3 to 1.6)."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from arbitrage.economics.amounts import landed
from arbitrage.economics.rates import PPM, Rate
from arbitrage.economics.terms import PurchaseTerms, SaleTerms

Int64 = NDArray[np.int64]
LIMIT = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Sale:
    """Revenue without VAT (before margin VAT) and fees with their VAT where it is a cost; minor units."""

    revenue: Int64
    fees: Int64


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


def share(amounts: Int64, rate: Rate | None) -> Int64:
    """A rate of non-negative amounts, rounded; nothing where there is no rate."""
    return scaled(amounts, rate.ppm if rate else 0, PPM)


def landed_cost(terms: PurchaseTerms, buy: Int64) -> Int64:
    """The landed cost in the target's minor units; `buy` in the source's."""
    fixed = landed(terms, 0)
    paid = buy if terms.mode.is_gross else scaled(buy, PPM, PPM + terms.source_vat.ppm)
    numerator, denominator = terms.conversion.numerator, terms.conversion.denominator
    added = PPM + (terms.added_vat.ppm if terms.added_vat else 0)
    goods = scaled(paid, numerator * (PPM + terms.spread) * added, denominator * PPM * PPM)
    cost = goods + (terms.freight + fixed.brokerage + fixed.inbound + fixed.prep)
    if terms.duty is None:
        return cost
    value = scaled(paid, numerator, denominator) + terms.freight
    duty = share(value, terms.duty)
    cost += duty
    return cost + share(value + duty, terms.import_vat) if terms.import_vat_is_cost else cost


def proceeds(terms: SaleTerms, sale: Int64, referral: Int64, fba: Int64, closing: Int64) -> Sale:
    """Net revenue and fees, minor units; `referral` ppm of the sale price, at most 1,000,000."""
    revenue = scaled(sale, PPM, PPM + terms.output_vat.ppm) if terms.output_vat else sale
    charged = (2 * sale * referral + PPM) // (2 * PPM)
    charged += closing
    fulfilment = fba + share(fba, terms.fuel)
    surcharged = charged + fulfilment if terms.digital_services.on_fulfilment else charged
    fees = charged + fulfilment
    fees += share(surcharged, terms.digital_services)
    fees += terms.storage
    return Sale(revenue, fees + share(fees, terms.fee_vat) if terms.fee_vat else fees)


def margin_vat(terms: SaleTerms, margin: Int64) -> Int64:
    """VAT inside a positive margin; a loss carries none."""
    rate = terms.margin_vat.ppm if terms.margin_vat else 0
    return scaled(np.maximum(margin, 0), rate, PPM + rate)
