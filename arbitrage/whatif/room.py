"""How much a flip bears: how far its purchase may rise and its sale price fall. For ordering the whole list."""

from collections.abc import Collection, Mapping
from typing import Protocol

import numpy as np

from arbitrage.detection.pricing import PricedColumns
from arbitrage.economics.kernel import SOURCES, TARGETS, Columns, price
from arbitrage.economics.kernel_break_even import break_evens
from arbitrage.economics.kernel_limits import max_buys
from arbitrage.economics.missing import Incomplete
from arbitrage.economics.overrides import Overrides, with_overrides
from arbitrage.economics.sides import Int64
from arbitrage.economics.terms import TermsTable
from arbitrage.whatif.shifting import BASIS
from products.marketplaces import PAIRS

NONE = -(2**40)
"""Where there is no limit to measure from: last in any order."""


class Room(Protocol):
    """The room (basis points) of some flips, given as places in PAIRS and in the priced columns."""

    def __call__(
        self, priced: PricedColumns, asins: Collection[str], overrides: Overrides, pair: Int64, product: Int64
    ) -> Int64: ...


def to_pay(priced: PricedColumns, asins: Collection[str], overrides: Overrides, pair: Int64, product: Int64) -> Int64:
    """By how much the purchase may become dearer and still reach the target ROI, of today's purchase price."""
    terms = priced.terms

    def most(table: TermsTable, columns: Columns) -> Int64:
        return max_buys(table, columns, price(table, columns), roi=terms.target_roi)

    limits = with_overrides(terms.routes, priced.columns, list(asins), overrides, most)[pair, product]
    prices = priced.columns.buy[SOURCES[pair], product]
    return np.where(limits > 0, (limits - prices) * BASIS // np.maximum(prices, 1), NONE)


def to_fall(priced: PricedColumns, asins: Collection[str], overrides: Overrides, pair: Int64, product: Int64) -> Int64:
    """By how much the sale price may fall before the flip loses money, of the sale price.

    Dear, so only products and routes that have a flip here are worked out.
    """
    products, at = np.unique(product, return_inverse=True)
    names, columns = list(asins), priced.columns.chosen(products)
    wanted = set(np.unique(pair).tolist())

    def least(table: TermsTable, columns: Columns) -> Int64:
        return break_evens(_only(table, wanted), columns)

    chosen = [names[place] for place in products.tolist()]
    limits = with_overrides(priced.terms.routes, columns, chosen, overrides, least)[pair, at]
    prices = priced.columns.sale[TARGETS[pair], product]
    return np.where(limits > 0, (prices - limits) * BASIS // np.maximum(prices, 1), NONE)


def _only(table: TermsTable, wanted: Collection[int]) -> TermsTable:
    return {pair: table[pair] if row in wanted else Incomplete(*pair, ()) for row, pair in enumerate(PAIRS)}


ROOMS: Mapping[str, Room] = {"pay": to_pay, "fall": to_fall}
"""By the order that asks for it."""
