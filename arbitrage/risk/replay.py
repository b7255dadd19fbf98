"""The chance of a profit: the target's history replayed at today's cost (economics.md 5).

Somebody who bought at every moment of the past, when the target had a price, would have sold `lag` days later. The
chance is the share of those sales, weighted by time in stock, that earn something. It is raised by nothing and lowered
by one thing: while Amazon is away but may come back, by how often it was there and how badly sales went then.
Only points up to `end` are used, so the same function serves a backtest.
"""

from dataclasses import dataclass

import numpy as np

from arbitrage.risk.stretches import Flags, Int64, Net, profitable, share, stretches, value_at
from arbitrage_site.clock import MINUTES_PER_DAY
from products.series import Series

WINDOW_DAYS = 90
SEASON_WEEKS = 3
"""Weeks before and after the day of sale that count as the same season."""
SEASON_LEAST_DAYS = 14
YEAR_DAYS = 364
"""A year in whole weeks."""


@dataclass(frozen=True, slots=True)
class Replay:
    """`chance` is permille, None without a sale that can be replayed; `unadjusted` leaves Amazon's return aside.

    `days` is the time in stock that was replayed. `amazon_share` is the permille of 90 days in which Amazon sold,
    None where nothing is known of it.
    """

    chance: int | None
    unadjusted: int | None
    days: int
    amazon_share: int | None


def replay(reference: Series | None, amazon: Series | None, *, end: int, lag_days: int, net: Net) -> Replay:
    """Replay 90 days of sales up to the Keepa minute `end`."""
    start = end - WINDOW_DAYS * MINUTES_PER_DAY
    present = stretches(amazon, start, end)
    amazon_share = share(present.in_stock.total, present.total)
    if reference is None or not len(reference.minutes):
        return Replay(None, None, 0, amazon_share)
    begins, minutes, prices = _sales(reference, start, end, lag_days * MINUTES_PER_DAY)
    earns = profitable(prices, net)
    unadjusted = share(int(minutes[earns].sum()), int(minutes.sum()))
    chance = _adjusted(unadjusted, _with_amazon(amazon, begins, minutes, earns), amazon_share, amazon, end)
    return Replay(chance, unadjusted, int(minutes.sum()) // MINUTES_PER_DAY, amazon_share)


def season(reference: Series | None, *, end: int, lag_days: int, net: Net) -> int | None:
    """The chance in the same weeks of last year, permille; None where under 14 days in stock are known of them."""
    middle = end + (lag_days - YEAR_DAYS) * MINUTES_PER_DAY
    width = SEASON_WEEKS * 7 * MINUTES_PER_DAY
    stood = stretches(reference, middle - width, min(middle + width, end)).in_stock
    if stood.total < SEASON_LEAST_DAYS * MINUTES_PER_DAY:
        return None
    return share(int(stood.minutes[profitable(stood.values, net)].sum()), stood.total)


def _sales(reference: Series, start: int, end: int, lag: int) -> tuple[Int64, Int64, Int64]:
    """When sales could happen, for how many minutes, at which price: in stock then, and when the goods were bought."""
    known = reference.minutes.astype(np.int64)
    edges = np.unique(np.concatenate((known, known + lag, [start, end])).clip(start, end))
    begins, minutes = edges[:-1], np.diff(edges)
    prices = value_at(reference, begins)
    possible = (prices >= 0) & (value_at(reference, begins - lag) >= 0)
    return begins[possible], minutes[possible], prices[possible]


def _with_amazon(amazon: Series | None, begins: Int64, minutes: Int64, earns: Flags) -> int | None:
    """The chance while Amazon sold, permille. Its changes inside a stretch are taken at the stretch's beginning."""
    if amazon is None or not len(amazon.minutes):
        return None
    there = value_at(amazon, begins) >= 0
    return share(int(minutes[there & earns].sum()), int(minutes[there].sum()))


def _adjusted(
    chance: int | None, with_amazon: int | None, amazon_share: int | None, amazon: Series | None, end: int
) -> int | None:
    if chance is None or not amazon_share or amazon is None:
        return chance
    if value_at(amazon, np.array([end]))[0] >= 0:
        return chance
    lost = amazon_share * (1_000 - (chance if with_amazon is None else with_amazon))
    return chance * (1_000_000 - lost) // 1_000_000
