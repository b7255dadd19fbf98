"""Amazon's charges on the products of a batch by the fee tables of each day."""

from collections.abc import Sequence

import numpy as np

from arbitrage.backtest.dated import DatedTerms
from arbitrage.backtest.history import Past
from arbitrage.backtest.stepping import Int64
from arbitrage.economics.columns import columns_of
from arbitrage.economics.kernel import Columns
from arbitrage.economics.table_columns import NAMES

CHARGES = tuple(name for name in NAMES if name not in {"buy", "sale"})


class Sheets:
    """The kernel's columns of any of these products on any day, at prices that are given.

    What Keepa says of a product (fees, package, category) is what it says today; what the tables make of it, and the
    VAT of its goods, is of the day.
    """

    def __init__(self, pasts: Sequence[Past], dated: DatedTerms) -> None:
        self._products = [
            {code: leg.listing for code, leg in past.legs.items() if leg.listing is not None} for past in pasts
        ]
        self._dated = dated
        self._known: dict[int, Columns] = {}

    def columns(self, places: Int64, days: Int64, *, buy: Int64, sale: Int64) -> Columns:
        """One column for each (product, day); `buy` and `sale` are (5, n)."""
        starts = self._dated.table_starts(days)
        charges = {name: np.empty(buy.shape, np.int64) for name in CHARGES}
        for start in np.unique(starts).tolist():
            own = np.flatnonzero(starts == start)
            sheet = self._sheet(start)
            for name, values in charges.items():
                values[:, own] = getattr(sheet, name)[:, places[own]]
        return Columns(buy=buy, sale=sale, **charges)

    def _sheet(self, start: int) -> Columns:
        if start not in self._known:
            self._known[start] = columns_of(self._products, self._dated.tables(start))
        return self._known[start]
