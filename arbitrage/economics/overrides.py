"""Purchase VAT of single offers: terms of a profile with another mode, and the kernel's answer for those products."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from arbitrage.economics.kernel import Columns, Priced, price
from arbitrage.economics.missing import Incomplete
from arbitrage.economics.profiles import Profile, PurchaseVat
from arbitrage.economics.rates import RateBook
from arbitrage.economics.sides import Int64
from arbitrage.economics.terms import Terms, TermsTable
from arbitrage.economics.termsheet import terms_table
from products.marketplaces import CODES, PAIRS

Pair = tuple[str, str]
Overrides = Mapping[tuple[str, str], PurchaseVat]
"""The purchase VAT by (asin, source), where an offer differs from the profile."""


@dataclass(frozen=True)
class RouteTerms:
    """All terms of a profile on a day: the table of its own purchase VAT, and those of other modes when asked for."""

    profile: Profile
    rates: RateBook
    on: date
    _by_mode: dict[PurchaseVat | None, TermsTable] = field(default_factory=dict, compare=False, repr=False)

    def table(self, mode: PurchaseVat | None = None) -> TermsTable:
        """The terms of all pairs if everything were bought in this mode; None: as the profile says. Built once."""
        if mode not in self._by_mode:
            profile = self.profile
            if mode is not None:
                profile = replace(profile, purchase_vat=dict.fromkeys(CODES, mode))
            self._by_mode[mode] = terms_table(profile, self.rates, self.on)
        return self._by_mode[mode]

    def of(self, asin: str, pair: Pair, overrides: Overrides) -> Terms | Incomplete:
        """The terms under which one product is traded on a route."""
        return self.table(overrides.get((asin, pair[0])))[pair]


def price_with_overrides(terms: RouteTerms, columns: Columns, asins: Sequence[str], overrides: Overrides) -> Priced:
    """Price all pairs of all products at once, each offer by its own purchase VAT; products in the order of `asins`."""
    priced = price(terms.table(), columns)
    for table, rows, products in _parts(terms, asins, overrides):
        part = price(table, columns.chosen(products))
        for row in rows:
            _put(part, priced, row, products)
    return priced


def with_overrides(
    terms: RouteTerms,
    columns: Columns,
    asins: Sequence[str],
    overrides: Overrides,
    compute: Callable[[TermsTable, Columns], Int64],
) -> Int64:
    """Anything (20, n) that follows from terms and columns, each offer by its own purchase VAT."""
    found = compute(terms.table(), columns)
    for table, rows, products in _parts(terms, asins, overrides):
        part = compute(table, columns.chosen(products))
        for row in rows:
            found[row, products] = part[row]
    return found


def _parts(
    terms: RouteTerms, asins: Sequence[str], overrides: Overrides
) -> Iterator[tuple[TermsTable, list[int], NDArray[np.intp]]]:
    """For each source and mode: its terms and their rows of PAIRS, and the products that are bought there so."""
    for (source, mode), products in _grouped(asins, overrides):
        rows = [row for row, pair in enumerate(PAIRS) if pair[0] == source]
        own = terms.table(mode)
        table = {pair: own[pair] if pair[0] == source else Incomplete(*pair, ()) for pair in PAIRS}
        yield table, rows, products


def _grouped(asins: Sequence[str], overrides: Overrides) -> Iterator[tuple[tuple[str, PurchaseVat], NDArray[np.intp]]]:
    """The places of the products whose offer at a source has a mode of its own."""
    if not overrides:
        return
    places = {asin: place for place, asin in enumerate(asins)}
    groups: dict[tuple[str, PurchaseVat], list[int]] = {}
    for (asin, source), mode in overrides.items():
        if asin in places:
            groups.setdefault((source, mode), []).append(places[asin])
    for key, found in groups.items():
        yield key, np.array(sorted(found), np.intp)


def _put(part: Priced, priced: Priced, row: int, products: NDArray[np.intp]) -> None:
    for each in fields(priced):
        table = getattr(priced, each.name)
        if isinstance(table, np.ndarray):
            table[row, products] = getattr(part, each.name)[row]
