"""The most one may pay, over tables (economics.md 1.7): a closed form, then the landed cost itself decides."""

import numpy as np

from arbitrage.economics.amounts import landed
from arbitrage.economics.kernel import Columns, Priced
from arbitrage.economics.prices import LARGEST
from arbitrage.economics.rates import PPM
from arbitrage.economics.route_plan import Kinds, PurchaseSide, plan_routes
from arbitrage.economics.sides import Int64, Ppm, landed_cost
from arbitrage.economics.terms import PurchaseTerms, TermsTable
from products.marketplaces import PAIRS

Float64 = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
NONE = -1
BASIS = 10_000
STEPS = 64
"""Rounded lines move the border by a cent or two of the target's currency, so by a few of the source's."""


def max_buys(table: TermsTable, columns: Columns, priced: Priced, *, roi: int = 0, profit: int = 0) -> Int64:
    """The highest listed price (20, n), source's minor units, that reaches `roi` (basis points) and `profit`.

    `priced` are the results of these columns under this table; NONE where no price reaches the targets, where a flip
    is incomplete, and in the margin scheme, whose sale depends on the purchase (`limits.max_buy` has it).
    """
    plan = plan_routes(table, columns)
    found = np.full((len(PAIRS), len(columns)), NONE, np.int64)
    for route in plan.routes:
        if route.sale.terms.margin_vat is None:
            payout = priced.revenue[route.row] - priced.fees[route.row]
            most = np.minimum(payout * BASIS / (BASIS + roi), payout - profit)
            prices = _most_paid(route.purchase, plan.kinds(columns, route.purchase.row), most)
            found[route.row] = np.where(priced.complete[route.row], prices, NONE)
    return found


def _most_paid(side: PurchaseSide, kinds: Kinds, most: Float64) -> Int64:
    """The highest listed price whose landed cost is at most `most` (fractions of a cent count); NONE where none is."""
    rates = side.rates(kinds)
    border = (1.0 + _share(rates.duty)) * (
        1.0 + (_share(rates.import_vat) if side.terms.import_vat_is_cost else 0.0)
    ) - 1.0
    fixed = _fixed(side.terms) + side.terms.freight * (1.0 + border)
    slope = (1.0 + side.terms.spread / PPM) * (1.0 + _share(rates.added_vat)) + border
    listed = 1.0 if side.terms.mode.is_gross else 1.0 + _share(rates.source_vat)
    conversion = side.terms.conversion
    closed = (most - fixed) * listed * conversion.denominator / (slope * conversion.numerator)
    prices = np.floor(np.clip(closed, 0, LARGEST)).astype(np.int64)
    for _ in range(STEPS):
        over = (prices > 0) & (landed_cost(side.terms, rates, prices) > most)
        if not over.any():
            break
        prices -= over
    return np.where(prices > 0, prices, NONE)


def _fixed(terms: PurchaseTerms) -> int:
    """What a unit costs beside the goods and the border."""
    cost = landed(terms, 0)
    return cost.brokerage + cost.inbound + cost.prep


def _share(rate: Ppm | None) -> float | Float64:
    return 0.0 if rate is None else np.asarray(rate, np.float64) / PPM
