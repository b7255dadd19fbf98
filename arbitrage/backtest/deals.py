"""What deals of many days and routes come to."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbitrage.backtest.dated import DatedTerms, Pair
from arbitrage.backtest.sheets import Sheets
from arbitrage.backtest.stepping import NOTHING, Int64
from arbitrage.economics.amounts import converted
from arbitrage.economics.kernel import CHUNK, INDEX, Columns, price
from arbitrage.economics.missing import Incomplete
from arbitrage.economics.rates import EURO
from arbitrage.economics.terms import Terms
from products.marketplaces import MARKETPLACES, PAIRS


class Deals(NamedTuple):
    """Deals, one entry each: the product's place, the route's in PAIRS, the day (ordinal) of the rates, and prices."""

    place: Int64
    pair: Int64
    day: Int64
    buy: Int64
    sale: Int64


class Worth(NamedTuple):
    """`cost` (landed) and `payout` (revenue less fees) in minor units of the target's currency, where `known`."""

    cost: Int64
    payout: Int64
    known: NDArray[np.bool_]


def worth(deals: Deals, dated: DatedTerms, sheets: Sheets) -> Worth:
    """Price deals by the rates of their days. A deal that lacks a price, a fee or a rate is not known."""
    count = len(deals.pair)
    found = Worth(np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(count, np.bool_))
    for row, day, members in _groups(deals, dated):
        pair = PAIRS[row]
        table = dated.table([pair], day)
        if isinstance(table[pair], Incomplete):
            continue
        for own in np.array_split(members, -(-len(members) // CHUNK)):
            part = price(table, _columns(deals, own, pair, sheets))
            found.cost[own] = part.cost[row]
            found.payout[own] = part.revenue[row] - part.fees[row]
            found.known[own] = part.complete[row]
    return found


def in_euro(amounts: Int64, pairs: Int64, days: Int64, dated: DatedTerms) -> Int64:
    """Amounts in the target's currency as EUR cents at the rate of a day; as they are where no rate is known."""
    euro = amounts.copy()
    for place in np.flatnonzero(np.isin(pairs, _FOREIGN_TARGETS)).tolist():
        terms = dated.terms(PAIRS[int(pairs[place])], int(days[place]))
        if isinstance(terms, Terms):
            euro[place] = converted(int(amounts[place]), terms.to_euro)
    return euro


_FOREIGN_TARGETS = [row for row, (_, target) in enumerate(PAIRS) if MARKETPLACES[target].currency != EURO]


def _groups(deals: Deals, dated: DatedTerms) -> Iterator[tuple[int, int, NDArray[np.intp]]]:
    """The members of each group of one route and equal terms."""
    for row in np.unique(deals.pair).tolist():
        own = np.flatnonzero(deals.pair == row)
        starts = dated.stretches(PAIRS[row], deals.day[own])
        for start in np.unique(starts).tolist():
            members = own[starts == start]
            yield row, int(deals.day[members[0]]), members


def _columns(deals: Deals, members: NDArray[np.intp], pair: Pair, sheets: Sheets) -> Columns:
    """Each deal as a product of its own that is known on two marketplaces."""
    buy, sale = (np.full((len(INDEX), len(members)), NOTHING, np.int64) for _ in range(2))
    buy[INDEX[pair[0]]], sale[INDEX[pair[1]]] = deals.buy[members], deals.sale[members]
    return sheets.columns(deals.place[members], deals.day[members], buy=buy, sale=sale)
