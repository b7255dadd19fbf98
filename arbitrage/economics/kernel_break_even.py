"""The break-even sale price over tables (economics.md 1.7): a straight line in each piece of the price."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from arbitrage.economics.kernel import Block, Columns, Mask
from arbitrage.economics.prices import LARGEST
from arbitrage.economics.rates import PPM
from arbitrage.economics.referral import MOST_SEGMENTS
from arbitrage.economics.route_plan import KernelPlan, Route, plan_routes
from arbitrage.economics.sides import Int64
from arbitrage.economics.table_columns import RuleTables, rule_tables
from arbitrage.economics.terms import TermsTable
from products.marketplaces import PAIRS

NONE = -1
STEPS = 16
Payout = Callable[[Int64], tuple[Int64, Mask]]


def break_evens(table: TermsTable, columns: Columns, *, profit: int = 0) -> Int64:
    """The least sale price (20, n), target's minor units, at which the printed lines earn `profit`.

    Above it there may be dead zones (`pieces.profitable` has them). NONE where no price is high enough or an input is
    missing. Some hundred times the work of pricing: for lists, not for a million products.
    """
    plan, rules = plan_routes(table, columns), rule_tables()
    block = Block(plan, rules, columns)
    found = np.full((len(PAIRS), len(columns)), NONE, np.int64)
    for route in plan.routes:
        needed = block.cost(route.purchase) + profit
        least = _least(_payout(plan, rules, columns, route), _cuts(rules, columns, route), needed)
        found[route.row] = np.where(block.buyable(route.purchase), least, NONE)
    return found


def _payout(plan: KernelPlan, rules: RuleTables, columns: Columns, route: Route) -> Payout:
    """The payout of a route at given prices, and where every fee is known."""

    def payout(prices: Int64) -> tuple[Int64, Mask]:
        sale = np.full_like(columns.sale, NONE)
        sale[route.sale.row] = prices
        block = Block(plan, rules, replace(columns, sale=sale))
        sold = block.sale(route.sale)
        return block.revenue(route) - sold.fees, block.sellable(route.sale)

    return payout


def _cuts(rules: RuleTables, columns: Columns, route: Route) -> Int64:
    """The prices after which a charge or the VAT follows another line, in rising order: (cuts, n)."""
    borders = list(_borders(rules, columns, route.sale.row))
    if route.sale.terms.margin_vat:
        borders.append(columns.buy[route.purchase.row])
    return np.sort(np.clip(np.stack(borders), 0, LARGEST), axis=0)


def _borders(rules: RuleTables, columns: Columns, row: int) -> Iterator[Int64]:
    rate, size = np.maximum(columns.referral[row], 1), len(columns)
    least = np.zeros(size, np.int64) if columns.minimum is None else columns.minimum[row] * PPM
    yield least // rate
    if columns.limit is not None:
        yield columns.limit[row]
    if columns.rule is not None:
        number = columns.rule[row] + 1
        for border in rules.borders:
            yield border.take(number)
        for place in range(MOST_SEGMENTS):
            at = number * MOST_SEGMENTS + place
            yield (least - rules.bases.take(at)) // np.maximum(rules.rates.take(at), 1)


def _least(payout: Payout, cuts: Int64, needed: Int64) -> Int64:
    """The root of the first piece that has one."""
    found = np.full(len(needed), NONE, np.int64)
    low = np.ones(len(needed), np.int64)
    for high in (*cuts, np.full(len(needed), LARGEST, np.int64)):
        inside = (low <= high) & (found == NONE)
        if inside.any():
            found = np.where(inside, _root(payout, low, np.maximum(high, low), needed), found)
        low = np.maximum(low, high + 1)
        low = np.minimum(low, LARGEST)
    return found


def _root(payout: Payout, low: Int64, high: Int64, needed: Int64) -> Int64:
    """Where the straight line between the ends of a piece reaches what is needed; the printed lines decide."""
    (first, known), (last, _) = payout(low), payout(high)
    slope = np.maximum(last - first, 1) / np.maximum(high - low, 1)
    price = np.clip(low + np.ceil((needed - first) / slope), low, high).astype(np.int64)
    for _ in range(STEPS):
        short = needed - payout(price)[0]
        if not (moved := (short > 0) & (price < high)).any():
            break
        price = np.where(moved, np.minimum(price + np.maximum(short, 1), high), price)
    return np.where(known & (payout(price)[0] >= needed), price, NONE)
