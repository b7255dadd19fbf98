"""Where flips reach a threshold, on all days and routes, by the kernel."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arbitrage.backtest.assumptions import Assumptions
from arbitrage.backtest.dated import DatedTerms, Pair, is_foreign, left_out
from arbitrage.backtest.episodes import Mask
from arbitrage.backtest.stepping import Int64
from arbitrage.economics.kernel import Columns, price_in_chunks
from arbitrage.economics.table_columns import NAMES
from arbitrage.economics.terms import Terms, TermsTable
from arbitrage.lifecycle import CLOSE_BELOW_NET, CLOSE_BELOW_ROI
from products.marketplaces import PAIRS

ANY_PROFIT = -(2**40)


def reached(
    columns: Columns, days: Int64, pairs: Sequence[Pair], dated: DatedTerms, rules: Assumptions
) -> tuple[Mask, Mask]:
    """Where each route would open, and where it would stay open; (20, n). `days` (ordinals) ascend.

    Terms of routes across currencies differ from day to day, which makes them dear. So these are priced by day only
    where they would hold at the best exchange rate of many days; elsewhere they hold at none.
    """
    opens, holds = (np.zeros((len(PAIRS), len(days)), np.bool_) for _ in range(2))
    wanted = np.zeros_like(holds)
    wanted[[PAIRS.index(pair) for pair in pairs if not is_foreign(pair)]] = True
    _judge(columns, days, wanted, dated, rules, (opens, holds), foreign=False)
    possible = could_hold(columns, days, [pair for pair in pairs if is_foreign(pair)], dated, rules)
    places = np.flatnonzero(possible.any(axis=0))
    if len(places):
        some_opens, some_holds = opens[:, places], holds[:, places]
        own = _taken(columns, places)
        _judge(own, days[places], possible[:, places], dated, rules, (some_opens, some_holds), foreign=True)
        opens[:, places], holds[:, places] = some_opens, some_holds
    return opens, holds


def could_hold(columns: Columns, days: Int64, pairs: Sequence[Pair], dated: DatedTerms, rules: Assumptions) -> Mask:
    """Where routes between the euro and another currency may stay open, (20, n): at least wherever they do.

    Profit and ROI rise with the exchange rate all the way to any ROI from 0 on, because every line is rounded alike.
    """
    possible = np.zeros((len(PAIRS), len(days)), np.bool_)
    rows = [PAIRS.index(pair) for pair in pairs]
    kept_roi, kept_profit = _kept(rules)
    if kept_roi < 0:
        possible[rows] = True
        return possible
    for first, last in _stretches(dated.starts(foreign=False, days=days)) if pairs else ():
        found = {pair: dated.hopeful(pair, int(days[first]), int(days[last - 1])) for pair in pairs}
        table = {pair: found.get(pair, left_out(pair)) for pair in PAIRS}
        least = kept_profit if kept_profit >= 0 else ANY_PROFIT
        _marked(table, columns, first, last, (possible, kept_roi, least))
    return possible


Marking = tuple[Mask, int, int]
"""A mask, and the ROI (basis points) and the profit (EUR cents) from which it is set."""


def _judge(
    columns: Columns,
    days: Int64,
    wanted: Mask,
    dated: DatedTerms,
    rules: Assumptions,
    found: tuple[Mask, Mask],
    *,
    foreign: bool,
) -> None:
    """Set where routes open and hold; a route is priced on the days of a stretch if it is wanted on one of them."""
    opens, holds = found
    for first, last in _stretches(dated.starts(foreign=foreign, days=days)):
        pairs = [PAIRS[row] for row in np.flatnonzero(wanted[:, first:last].any(axis=1)).tolist()]
        table = dated.table(pairs, int(days[first]))
        marks = ((opens, rules.min_roi, rules.min_profit), (holds, *_kept(rules)))
        _marked(table, columns, first, last, *marks)


def _marked(table: TermsTable, columns: Columns, first: int, last: int, *marks: Marking) -> None:
    if not any(isinstance(terms, Terms) for terms in table.values()):
        return
    for priced in price_in_chunks(table, columns.part(first, last - first)):
        begin = first + priced.first
        own = slice(begin, begin + priced.net.shape[1])
        for mask, min_roi, min_profit in marks:
            mask[:, own] |= priced.meets(min_roi=min_roi, min_profit=min_profit)


def _kept(rules: Assumptions) -> tuple[int, int]:
    """What an open flip has to earn to stay open."""
    return rules.min_roi - CLOSE_BELOW_ROI, rules.min_profit - CLOSE_BELOW_NET


def _stretches(starts: Int64) -> Iterator[tuple[int, int]]:
    """Where equal numbers begin and end."""
    borders = [0, *(np.flatnonzero(np.diff(starts)) + 1).tolist(), len(starts)]
    for first, last in pairwise(borders):
        if first < last:
            yield first, last


def _taken(columns: Columns, places: NDArray[np.intp]) -> Columns:
    every = (getattr(columns, name) for name in NAMES)
    parts: list[Any] = [None if part is None else part[:, places] for part in every]
    return Columns(*parts)
