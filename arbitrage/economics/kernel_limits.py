"""The most one may pay, over tables (economics.md 1.7): a closed form, then the landed cost itself decides."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from arbitrage.economics.amounts import landed
from arbitrage.economics.kernel import Columns, Mask, Priced
from arbitrage.economics.prices import LARGEST
from arbitrage.economics.rates import PPM
from arbitrage.economics.route_plan import Kinds, PurchaseSide, at, plan_routes
from arbitrage.economics.sides import Int64, Ppm, landed_cost, margin_vat
from arbitrage.economics.terms import PurchaseTerms, TermsTable
from products.marketplaces import PAIRS

Float64 = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
NONE = -1
BASIS = 10_000
STEPS = 64
"""Rounded lines move the border by a cent or two of the target's currency, so by a few of the source's."""


def max_buys(table: TermsTable, columns: Columns, priced: Priced, *, roi: int = 0, profit: int = 0) -> Int64:
    """The highest listed price (20, n), source's minor units, that reaches `roi` (basis points) and `profit`.

    `priced` are the results of these columns under this table; NONE where no price reaches the targets or a flip is
    incomplete.
    """
    plan = plan_routes(table, columns)
    found = np.full((len(PAIRS), len(columns)), NONE, np.int64)
    for route in plan.routes:
        kinds = plan.kinds(columns, route.purchase.row)
        if route.sale.terms.margin_vat:
            vat = at(route.sale.margin_vat, plan.kinds(columns, route.sale.row))
            sale = np.maximum(columns.sale[route.sale.row], 0)
            prices = _most_in_margin(_Margin(route.purchase, kinds, vat, sale, priced.fees[route.row]), roi, profit)
        else:
            payout = priced.revenue[route.row] - priced.fees[route.row]
            most = np.minimum(payout * BASIS / (BASIS + roi), payout - profit)
            prices = _most_paid(route.purchase, kinds, most)
        found[route.row] = np.where(priced.complete[route.row], prices, NONE)
    return found


@dataclass(frozen=True, slots=True)
class _Margin:
    """A route of the margin scheme: its purchase, the VAT on the margin, the sale prices and the fees on them."""

    purchase: PurchaseSide
    kinds: Kinds
    vat: Ppm
    sale: Int64
    fees: Int64

    def over(self, prices: Int64, roi: int, profit: int) -> Mask:
        """Which purchase prices are too high to reach the targets, by the printed lines."""
        cost = landed_cost(self.purchase.terms, self.purchase.rates(self.kinds), prices)
        net = self.sale - margin_vat(self.vat, self.sale - prices) - self.fees - cost
        over: Mask = (net * BASIS < roi * cost) | (net < profit)
        return over


def _most_in_margin(route: _Margin, roi: int, profit: int) -> Int64:
    """The same where VAT is due on the difference of the prices, so that the payout depends on the purchase too."""
    terms = route.purchase.terms
    rates, taxed = route.purchase.rates(route.kinds), _share(route.vat)
    inside = taxed / (1.0 + taxed)
    slope = (1.0 + terms.spread / PPM) * (1.0 + _share(rates.added_vat))
    slope *= terms.conversion.numerator / terms.conversion.denominator
    kept, fixed = route.sale * (1.0 - inside) - route.fees, _fixed(terms)
    growth = 1.0 + roi / BASIS
    closed = np.minimum((kept - growth * fixed) / (growth * slope - inside), (kept - fixed - profit) / (slope - inside))
    return _stepped(np.floor(np.clip(closed, 0, LARGEST)).astype(np.int64), lambda p: route.over(p, roi, profit))


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
    return _stepped(prices, lambda found: landed_cost(side.terms, rates, found) > most)


def _stepped(prices: Int64, over: Callable[[Int64], Mask]) -> Int64:
    """The prices lowered by a unit as long as they are too high; NONE where none is left."""
    for _ in range(STEPS):
        high = (prices > 0) & over(prices)
        if not high.any():
            break
        prices -= high
    return np.where(prices > 0, prices, NONE)


def _fixed(terms: PurchaseTerms) -> int:
    """What a unit costs beside the goods and the border."""
    cost = landed(terms, 0)
    return cost.brokerage + cost.inbound + cost.prep


def _share(rate: Ppm | None) -> float | Float64:
    return 0.0 if rate is None else np.asarray(rate, np.float64) / PPM
