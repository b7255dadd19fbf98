"""The same arithmetic over tables: all 20 pairs of many products in int64 (DESIGN 7, economics.md 1).

Held equal to `flip.evaluate` to the cent by a property test.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arbitrage.economics.terms import TermsTable

Int64 = NDArray[np.int64]
Mask = NDArray[np.bool_]
CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class Columns:
    """Prices and fees of n products, each (5, n) int64 in the order of `marketplaces.CODES`; -1 means missing.

    `buy` is the price to pay at that marketplace, `sale` the one to sell at; minor units of its currency.
    `referral` is ppm. A missing `closing` fee is none (non-media); the others missing make a pair incomplete.
    """

    buy: Int64
    sale: Int64
    referral: Int64
    fba: Int64
    closing: Int64


@dataclass(frozen=True, slots=True)
class Priced:
    """Results, each (20, n) in the order of `marketplaces.PAIRS`; `first` is the index of its first product.

    Minor units of the target's currency, `net_eur` EUR cents, `roi` basis points. Numbers mean nothing where
    `complete` is False.
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


def price(table: TermsTable, columns: Columns) -> Priced:
    """Price all pairs of all products at once; meant for up to some ten thousand products."""
    raise NotImplementedError


def price_in_chunks(table: TermsTable, columns: Columns, *, size: int = CHUNK) -> Iterator[Priced]:
    """Price any number of products in bounded memory, `size` at a time and in order."""
    raise NotImplementedError
