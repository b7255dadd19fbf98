"""Purchase VAT of single offers: terms of a profile with another mode, and the kernel's answer for those products."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from arbitrage.economics.kernel import Columns, Priced, price
from arbitrage.economics.missing import Incomplete
from arbitrage.economics.profiles import Profile, PurchaseVat
from arbitrage.economics.rates import RateBook
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
    for (source, mode), products in _grouped(asins, overrides):
        only = {pair: found for pair, found in terms.table(mode).items() if pair[0] == source}
        table = {pair: only.get(pair) or Incomplete(*pair, ()) for pair in PAIRS}
        part = price(table, _chosen(columns, products))
        for row, pair in enumerate(PAIRS):
            if pair[0] == source:
                _put(part, priced, row, products)
    return priced


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


def _chosen(columns: Columns, products: NDArray[np.intp]) -> Columns:
    """The columns of some products."""
    tables = {each.name: getattr(columns, each.name) for each in fields(columns)}
    return replace(columns, **{name: table[:, products] for name, table in tables.items() if table is not None})


def _put(part: Priced, priced: Priced, row: int, products: NDArray[np.intp]) -> None:
    for each in fields(priced):
        table = getattr(priced, each.name)
        if isinstance(table, np.ndarray):
            table[row, products] = getattr(part, each.name)[row]
