"""The same arithmetic over tables: all 20 pairs of many products in int64 (economics.md 1).

Held equal to `flip.evaluate` to the cent by a property test. Every line that cannot be negative is an exact fraction of
the line before it, rounded half-up by (2 * num * x + den) // (2 * den).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arbitrage.economics.prices import LARGEST
from arbitrage.economics.profiles import Fulfilment
from arbitrage.economics.rates import PPM, Conversion
from arbitrage.economics.route_plan import (
    INDEX,
    SOURCES,
    TARGETS,
    KernelPlan,
    PurchaseSide,
    Route,
    SaleSide,
    at,
    plan_routes,
)
from arbitrage.economics.sides import Int64, Sale, kept, landed_cost, margin_vat, proceeds, scaled
from arbitrage.economics.table_columns import Columns, RuleTables, fulfilment_fees, rule_tables
from arbitrage.economics.terms import TermsTable
from products.marketplaces import PAIRS

__all__ = ["CHUNK", "INDEX", "SOURCES", "TARGETS", "Block", "Columns", "Mask", "Priced", "price", "price_in_chunks"]

Mask = NDArray[np.bool_]
CHUNK = 8_192
"""What fits the second cache with its results; half or double takes up to half as long again."""


@dataclass(frozen=True, slots=True)
class Priced:
    """Results, each (20, n) in the order of `marketplaces.PAIRS`; `first` is the index of its first product.

    Minor units of the target's currency, `net_eur` EUR cents, `roi` basis points. `fees` is with the VAT on them where
    that is a cost. Numbers mean nothing where `complete` is False.
    """

    first: int
    net: Int64
    net_eur: Int64
    cost: Int64
    revenue: Int64
    fees: Int64
    roi: Int64
    complete: Mask

    def meets(self, *, min_roi: int, min_profit: int) -> Mask:
        """Where a flip reaches both thresholds (basis points, EUR cents), compared exactly, not on rounded ratios."""
        return self.complete & (self.net * 10_000 >= self.cost * min_roi) & (self.net_eur >= min_profit)


def price_in_chunks(table: TermsTable, columns: Columns, *, size: int = CHUNK) -> Iterator[Priced]:
    """Price any number of products in bounded memory, `size` at a time and in order."""
    plan, rules = plan_routes(table, columns), rule_tables()
    for first in range(0, len(columns), size):
        yield _price(plan, rules, columns.part(first, size), first)


def price(table: TermsTable, columns: Columns, *, first: int = 0) -> Priced:
    """Price all pairs of all products at once; meant for up to some ten thousand products."""
    return _price(plan_routes(table, columns), rule_tables(), columns, first)


def _price(plan: KernelPlan, rules: RuleTables, columns: Columns, first: int) -> Priced:
    block = Block(plan, rules, columns)
    shape = (len(PAIRS), len(columns))
    net, net_eur, cost, revenue, fees, roi = (np.empty(shape, np.int64) for _ in range(6))
    priced = Priced(first, net, net_eur, cost, revenue, fees, roi, np.zeros(shape, np.bool_))
    for row in set(range(len(PAIRS))) - {route.row for route in plan.routes}:
        for numbers in (net, net_eur, cost, revenue, fees, roi):
            numbers[row] = 0
    for route in plan.routes:
        _price_route(block, route, priced)
    return priced


def _price_route(block: "Block", route: Route, priced: Priced) -> None:
    row, sale = route.row, block.sale(route.sale)
    priced.cost[row] = block.cost(route.purchase)
    priced.revenue[row] = block.revenue(route)
    priced.fees[row] = sale.fees
    np.subtract(priced.revenue[row], priced.fees[row], out=priced.net[row])
    priced.net[row] -= priced.cost[row]
    priced.roi[row] = _basis_points(priced.net[row], priced.cost[row])
    priced.net_eur[row] = _to_euro(priced.net[row], route.terms.to_euro)
    np.logical_and(block.buyable(route.purchase), block.sellable(route.sale), out=priced.complete[row])


class Block:
    """One block of products. A side that several pairs share is computed once."""

    def __init__(self, plan: KernelPlan, rules: RuleTables, columns: Columns) -> None:
        self.plan, self.rules, self.columns = plan, rules, columns
        self._kinds = [plan.kinds(columns, row) for row in range(len(INDEX))]
        self._buyable = _payable(columns.buy)
        self._priced = _payable(columns.sale) & (columns.referral >= 0) & (columns.referral <= PPM)
        self._buy = np.where(self._buyable, columns.buy, 0)
        self._sale = np.where(self._priced, columns.sale, 0)
        self._costs: dict[int, Int64] = {}
        self._sales: dict[int, Sale] = {}

    def buyable(self, side: PurchaseSide) -> Mask:
        """Where there is a price to pay and every rate of the goods."""
        buyable: Mask = self._buyable[side.row]
        return buyable if side.known.all() else buyable & side.known.take(self._kinds[side.row])

    def sellable(self, side: SaleSide) -> Mask:
        """Where there is a sale price, every fee and every rate of the goods."""
        fees = self._fulfilment(side)
        sellable: Mask = self._priced[side.row] & (fees >= 0 if side.terms.shipping else _payable(fees))
        if side.per_volume:
            sellable &= self._volume(side.row) >= 0
        return sellable if side.known.all() else sellable & side.known.take(self._kinds[side.row])

    def cost(self, side: PurchaseSide) -> Int64:
        if id(side) not in self._costs:
            rates = side.rates(self._kinds[side.row])
            self._costs[id(side)] = landed_cost(side.terms, rates, self._buy[side.row])
        return self._costs[id(side)]

    def sale(self, side: SaleSide) -> Sale:
        if id(side) not in self._sales:
            row, sale = side.row, self._sale[side.row]
            kinds, vat = self._kinds[row], side.output_vat
            share = np.where(self._priced[row], self.columns.referral[row], 0)
            closing = self.columns.closing[row]
            charged = self.rules.fees(self.columns, row, sale, share)
            charged += np.where(_payable(closing), closing, 0)
            fba = self._fulfilment(side)
            fba = np.where(_payable(fba), fba, 0)
            rate = None if vat is None else at(vat, kinds)
            self._sales[id(side)] = proceeds(side.terms, rate, sale, charged, fba, self._storage(side))
        return self._sales[id(side)]

    def _storage(self, side: SaleSide) -> int | Int64:
        """Storage until the sale, by volume or as the profile's amount."""
        if not side.per_volume:
            return side.terms.storage
        numerators = at(side.storage, self._kinds[side.row])
        return kept(np.maximum(self._volume(side.row), 0), numerators, side.per_volume)

    def _volume(self, row: int) -> Int64:
        """The packed volumes; -1 where one is missing."""
        return np.full(len(self.columns), -1, np.int64) if self.columns.volume is None else self.columns.volume[row]

    def _fulfilment(self, side: SaleSide) -> Int64:
        """The fulfilment fees at the sale prices; -1 where one is missing."""
        columns, row = self.columns, side.row
        if side.terms.shipping:
            return _parcels(side.terms.shipping, columns, row)
        if side.terms.fulfilment is Fulfilment.FBA_EFN:
            if columns.efn is None:
                return np.full(len(columns), -1, np.int64)
            return np.where(columns.efn[row] > 0, columns.efn[row] + side.terms.no_cep, -1)
        fba = fulfilment_fees(columns, row, self._sale[row], columns.fba[row], side.terms.no_cep)
        return np.where(columns.fba[row] > 0, fba, -1)

    def revenue(self, route: Route) -> Int64:
        """Net revenue; in the margin scheme it depends on both prices."""
        revenue = self.sale(route.sale).revenue
        if route.sale.terms.margin_vat is None:
            return revenue
        vat = at(route.sale.margin_vat, self._kinds[route.sale.row])
        return revenue - margin_vat(vat, self._sale[route.sale.row] - self._buy[route.purchase.row])


def _parcels(bands: Sequence[tuple[int, int]], columns: Columns, row: int) -> Int64:
    """What the seller's own parcels cost: the lightest band that holds each; -1 where none does."""
    if columns.weight is None:
        return np.full(len(columns), -1, np.int64)
    limits, amounts = np.array([up_to for up_to, _ in bands]), np.array([*(amount for _, amount in bands), -1])
    weight = columns.weight[row]
    return np.where(weight > 0, amounts[np.searchsorted(limits, weight)], -1)


def _payable(amounts: Int64) -> Mask:
    return (amounts > 0) & (amounts <= LARGEST)


def _to_euro(net: Int64, conversion: Conversion) -> Int64:
    """Results may be negative: half a cent goes away from zero, so the sign is put back after rounding."""
    if conversion.day is None:
        return net
    return np.sign(net) * scaled(np.abs(net), conversion.numerator, conversion.denominator)


def _basis_points(net: Int64, cost: Int64) -> Int64:
    """net / cost, half-up away from zero; 0 where nothing was paid.

    Both halves of (20,000 * |net| + cost) / (2 * cost) are whole numbers below 2^52 (amounts below 2^35), so the floor
    of their float64 quotient is the exact one: a true quotient below a whole number misses it by more than the rounding
    error. It takes a fifth of the time of an int64 division by an array.
    """
    whole = np.maximum(cost, 1).astype(np.float64)
    ratio = np.abs(net).astype(np.float64)
    ratio *= 20_000.0
    ratio += whole
    whole *= 2.0
    ratio /= whole
    np.floor(ratio, out=ratio)
    np.copysign(ratio, net, out=ratio)
    ratio[cost == 0] = 0.0
    return ratio.astype(np.int64)
