"""Trades in money: what the signal promised, what it came to, and what it would have come to some days later."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from arbitrage.backtest.assumptions import Assumptions
from arbitrage.backtest.chances import chances
from arbitrage.backtest.dated import DatedTerms, days_of
from arbitrage.backtest.deals import Deals, Worth, in_euro, worth
from arbitrage.backtest.episodes import Mask
from arbitrage.backtest.history import Past
from arbitrage.backtest.sheets import Sheets
from arbitrage.backtest.stepping import NOTHING, Int64
from arbitrage.backtest.trades import AFTER_DAYS, Fate, Trade
from arbitrage_site.clock import MINUTES_PER_DAY


class Money(NamedTuple):
    """Net profit and landed cost in minor units of the target's currency, `net_eur` EUR cents; where `known`."""

    net: Int64
    cost: Int64
    net_eur: Int64
    known: Mask


class Results(NamedTuple):
    """One entry a trade. `chance` is permille, -1 for none. `later` follows AFTER_DAYS; those not known are left out.

    `promised` is the signal's own figure, at the conservative price and the cost it saw. `realised` is known of trades
    that were sold or given up.
    """

    trades: tuple[Trade, ...]
    chance: Int64
    promised: Money
    realised: Money
    later: tuple[Money, ...]


def results(
    trades: Sequence[Trade], pasts: Sequence[Past], dated: DatedTerms, sheets: Sheets, rules: Assumptions
) -> Results:
    """Put prices on trades by the rates of the day of each purchase and of each sale."""
    ledger = _Ledger(trades, dated, sheets)
    found = chances(trades, pasts, dated, sheets, rules)
    return Results(
        trades=tuple(trades),
        chance=np.array([NOTHING if chance is None else chance for chance in found], np.int64),
        promised=ledger.promised(),
        realised=ledger.realised(),
        later=tuple(ledger.later(place, days) for place, days in enumerate(AFTER_DAYS)),
    )


class _Ledger:
    """The trades as columns. A purchase carries the rates of its day, a sale those of the day of the sale."""

    def __init__(self, trades: Sequence[Trade], dated: DatedTerms, sheets: Sheets) -> None:
        self._trades, self._dated, self._sheets = trades, dated, sheets
        self._place = _column([trade.fire.place for trade in trades])
        self._row = _column([trade.row for trade in trades])
        self._buy = _column([trade.buy for trade in trades])
        self._bought = _column([trade.bought for trade in trades])
        self._purchase = self._worth(self._row, self._bought, self._buy, np.ones(len(trades), np.int64))

    def promised(self) -> Money:
        fires = [trade.fire for trade in self._trades]
        rows, sale = _column([fire.row for fire in fires]), _column([fire.sale for fire in fires])
        found = self._worth(rows, self._bought, _column([fire.buy for fire in fires]), sale)
        return self._money(found, found.payout, rows, self._bought, found.known)

    def realised(self) -> Money:
        sold, sale = _column([trade.sold for trade in self._trades]), _column([trade.sale for trade in self._trades])
        ended = np.array([trade.fate in {Fate.SOLD, Fate.GAVE_UP} for trade in self._trades], np.bool_)
        written_off = ended & (sale <= 0)
        found = self._worth(self._row, np.where(ended, sold, self._bought), self._buy, sale)
        payout = np.where(written_off, 0, found.payout)
        return self._money(self._purchase, payout, self._row, sold, ended & (found.known | written_off))

    def later(self, place: int, days: int) -> Money:
        """A sale so many days after the purchase; known where there was somebody to sell to."""
        asked = [trade.later[place] if trade.later else None for trade in self._trades]
        sale = _column([NOTHING if price is None else price for price in asked])
        minute = self._bought + days * MINUTES_PER_DAY
        found = self._worth(self._row, minute, self._buy, sale)
        return self._money(self._purchase, found.payout, self._row, minute, found.known)

    def _worth(self, row: Int64, minute: Int64, buy: Int64, sale: Int64) -> Worth:
        deals = Deals(place=self._place, pair=row, day=days_of(minute), buy=buy, sale=sale)
        return worth(deals, self._dated, self._sheets)

    def _money(self, purchase: Worth, payout: Int64, row: Int64, minute: Int64, known: Mask) -> Money:
        known = known & purchase.known
        net = np.where(known, payout - purchase.cost, 0)
        return Money(net, purchase.cost, in_euro(net, row, days_of(minute), self._dated), known)


def _column(values: Sequence[int]) -> Int64:
    return np.array(values, np.int64)
