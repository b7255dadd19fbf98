"""The terms of all routes made ready for the kernel: each side once, its rates by kind of goods."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arbitrage.economics.interned import GOODS, NONE, Goods
from arbitrage.economics.missing import Missing
from arbitrage.economics.rates import Rate
from arbitrage.economics.sides import Int64, Ppm, PurchaseRates
from arbitrage.economics.storage import STANDARD, common
from arbitrage.economics.table_columns import Columns
from arbitrage.economics.tables import Cell
from arbitrage.economics.taxes import purchase_of, sale_of
from arbitrage.economics.terms import PurchaseTerms, SaleTerms, Terms, TermsTable
from products.marketplaces import CODES, PAIRS

INDEX: dict[str, int] = {code: index for index, code in enumerate(CODES)}
SOURCES = np.array([INDEX[source] for source, _ in PAIRS])
TARGETS = np.array([INDEX[target] for _, target in PAIRS])
"""Rows of `Columns`: of a marketplace, and of both ends of each pair in the order of `PAIRS`."""

Kinds = NDArray[np.intp]
Known = NDArray[np.bool_]
Values = int | Int64
"""One rate for all kinds of goods, or one by kind."""


@dataclass(frozen=True, slots=True, eq=False)
class PurchaseSide:
    """The purchase at a marketplace (row). Each rate is one for all goods, or by kind; `known` by kind."""

    row: int
    terms: PurchaseTerms
    source_vat: Values
    added_vat: Values
    duty: Values | None
    import_vat: Values
    known: Known

    def rates(self, kinds: Kinds) -> PurchaseRates:
        """The rates of rows of goods."""
        return PurchaseRates(
            at(self.source_vat, kinds),
            at(self.added_vat, kinds),
            None if self.duty is None else at(self.duty, kinds),
            at(self.import_vat, kinds),
        )


@dataclass(frozen=True, slots=True, eq=False)
class SaleSide:
    """The sale at a marketplace (row), likewise. `output_vat` is None where none is due.

    Where storage is by volume it is volume * `storage` / `per_volume`, else `per_volume` is 0.
    """

    row: int
    terms: SaleTerms
    output_vat: Values | None
    margin_vat: Values
    known: Known
    storage: Values = 0
    per_volume: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One priced pair: its row in the results, its terms and its two sides, which other routes may share."""

    row: int
    terms: Terms
    purchase: PurchaseSide
    sale: SaleSide


@dataclass(frozen=True, slots=True, eq=False)
class KernelPlan:
    """The routes that can be priced. `local` maps the number of goods + 1 to their kind in this plan."""

    routes: tuple[Route, ...]
    local: Kinds

    def kinds(self, columns: Columns, row: int) -> Kinds:
        """The kind of goods of each product of a marketplace (row)."""
        if columns.goods is None:
            return np.zeros(len(columns), np.intp)
        kinds: Kinds = self.local.take(columns.goods[row] + 1)
        return kinds


def plan_routes(table: TermsTable, columns: Columns) -> KernelPlan:
    """Look up the rates of all goods in these columns for each pair of the table that has terms."""
    codes = [NONE] if columns.goods is None else sorted({NONE, *np.unique(columns.goods).tolist()})
    goods = [None if code == NONE else GOODS.value(code) for code in codes]
    local = np.zeros(max(codes) + 2, np.intp)
    for kind, code in enumerate(codes):
        local[code + 1] = kind
    purchases: dict[object, PurchaseSide] = {}
    sales: dict[object, SaleSide] = {}
    routes = []
    for row, pair in enumerate(PAIRS):
        terms = table[pair]
        if isinstance(terms, Terms):
            bought, sold = _purchase(INDEX[pair[0]], terms, goods), _sale(INDEX[pair[1]], terms, goods)
            routes.append(
                Route(row, terms, purchases.setdefault(_key(bought), bought), sales.setdefault(_key(sold), sold))
            )
    return KernelPlan(tuple(routes), local)


def _purchase(row: int, terms: Terms, goods: Sequence[Goods | None]) -> PurchaseSide:
    found = [purchase_of(terms, kind) for kind in goods]
    known = [side if isinstance(side, PurchaseTerms) else terms.purchase for side in found]
    return PurchaseSide(
        row=row,
        terms=terms.purchase,
        source_vat=_values([side.source_vat for side in known]),
        added_vat=_values([side.added_vat for side in known]),
        duty=_values([side.duty for side in known]) if terms.purchase.duty else None,
        import_vat=_values([side.import_vat for side in known]),
        known=_known(found),
    )


def _sale(row: int, terms: Terms, goods: Sequence[Goods | None]) -> SaleSide:
    found = [sale_of(terms, kind) for kind in goods]
    known = [side if isinstance(side, SaleTerms) else terms.sale for side in found]
    storage, per_volume, kept = _storage(terms.sale, goods)
    return SaleSide(
        row=row,
        terms=terms.sale,
        output_vat=_values([side.output_vat for side in known]) if terms.sale.output_vat else None,
        margin_vat=_values([side.margin_vat for side in known]),
        known=_known(found) & kept,
        storage=storage,
        per_volume=per_volume,
    )


def _storage(sale: SaleTerms, goods: Sequence[Goods | None]) -> tuple[Values, int, Known]:
    """Prices of storage by kind over one denominator (0: none by volume), and for which kinds there is one."""
    if sale.storing is None:
        return 0, 0, np.ones(len(goods), np.bool_)
    found = [sale.storing.of(kind.storage if kind else STANDARD) for kind in goods]
    cells = [cell if isinstance(cell, Cell) else None for cell in found]
    numerators, denominator = common(cells, sale.storing.days)
    return _compact(numerators), denominator, np.array([cell is not None for cell in cells], np.bool_)


def _known(found: Sequence[PurchaseTerms | SaleTerms | tuple[Missing, ...]]) -> Known:
    return np.array([not isinstance(side, tuple) for side in found], np.bool_)


def _values(rates: Sequence[Rate | None]) -> Values:
    return _compact([rate.ppm if rate else 0 for rate in rates])


def _compact(values: list[int]) -> Values:
    return values[0] if len(set(values)) == 1 else np.array(values, np.int64)


def at(values: Values, kinds: Kinds) -> Ppm:
    """The rates of rows of goods."""
    return values if isinstance(values, int) else values.take(kinds)


def _key(side: PurchaseSide | SaleSide) -> tuple[object, ...]:
    """Equal for sides that give equal numbers."""
    parts = (getattr(side, name) for name in side.__slots__)
    return tuple(part.tobytes() if isinstance(part, np.ndarray) else part for part in parts)
