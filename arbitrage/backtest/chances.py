"""The chance of a profit as it would have been stated when a fire was seen."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from arbitrage.backtest.assumptions import Assumptions
from arbitrage.backtest.dated import DatedTerms, days_of
from arbitrage.backtest.deals import Deals, worth
from arbitrage.backtest.history import Leg, Past
from arbitrage.backtest.sheets import Sheets
from arbitrage.backtest.stepping import Int64
from arbitrage.backtest.trades import Trade
from arbitrage.economics.rates import PPM
from arbitrage.risk.replay import WINDOW_DAYS, replay
from arbitrage_site.clock import MINUTES_PER_DAY
from products.marketplaces import PAIRS
from products.series import Series


def chances(
    trades: Sequence[Trade], pasts: Sequence[Past], dated: DatedTerms, sheets: Sheets, rules: Assumptions
) -> list[int | None]:
    """Permille for each trade; None where the target's history up to the fire holds no sale to replay.

    Replayed are the target's prices less the undercut, at the cost and the rates of the day of the fire.
    """
    targets = [pasts[trade.fire.place].legs[PAIRS[trade.fire.row][1]] for trade in trades]
    prices = [_prices(target, trade.fire.known) for target, trade in zip(targets, trades, strict=True)]
    profits = _profits(trades, prices, dated, sheets, rules)
    return [
        replay(
            _comparable(target),
            target.amazon,
            end=trade.fire.known,
            lag_days=trade.lag,
            net=dict(zip(known.tolist(), profit.tolist(), strict=True)).__getitem__,
        ).chance
        for trade, target, known, profit in zip(trades, targets, prices, profits, strict=True)
    ]


def _comparable(leg: Leg) -> Series:
    """The reference price from where its values mean what they mean today."""
    first = int(np.searchsorted(leg.reference.minutes, leg.since))
    return Series(leg.reference.minutes[first:], leg.reference.values[first:])


def _prices(leg: Leg, known: int) -> Int64:
    """The different prices in force in the days that are replayed."""
    series = _comparable(leg)
    start = known - WINDOW_DAYS * MINUTES_PER_DAY
    first = max(int(np.searchsorted(series.minutes, start, side="right")) - 1, 0)
    inside = np.unique(series.values[first : np.searchsorted(series.minutes, known, side="right")])
    return inside[inside >= 0].astype(np.int64)


def _profits(
    trades: Sequence[Trade], prices: Sequence[Int64], dated: DatedTerms, sheets: Sheets, rules: Assumptions
) -> list[Int64]:
    """The net profit of each trade at each of its prices; all are priced together."""
    counts = [len(own) for own in prices]
    if not counts:
        return []

    def each(values: Sequence[int]) -> Int64:
        return np.repeat(np.array(values, np.int64), counts)

    found = worth(
        Deals(
            place=each([trade.fire.place for trade in trades]),
            pair=each([trade.fire.row for trade in trades]),
            day=days_of(each([trade.bought for trade in trades])),
            buy=each([trade.fire.buy for trade in trades]),
            sale=np.concatenate(prices) * (PPM - rules.undercut) // PPM,
        ),
        dated,
        sheets,
    )
    profit = np.where(found.known, found.payout - found.cost, -1)
    borders = np.cumsum([0, *counts]).tolist()
    return [profit[first:last] for first, last in pairwise(borders)]
