"""What became of each fire: bought after a delay, carried to the target, sold there, one position a route at a time."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from arbitrage.backtest.assumptions import Assumptions, Placebo
from arbitrage.backtest.dated import FIRST_DAY
from arbitrage.backtest.history import Leg, Past
from arbitrage.backtest.selling import Shelf, shelf_of
from arbitrage.backtest.signals import Fire
from arbitrage.backtest.stepping import NOTHING, least
from arbitrage.risk.stretches import value_at
from arbitrage.risk.velocity import lag_days, monthly_sales, rank_drops, velocity
from arbitrage_site.clock import MINUTES_PER_DAY
from products.marketplaces import PAIRS

AFTER_DAYS = (0, 7, 14, 30)
"""When the profit of a fire is looked at, besides the sale."""


class Fate(StrEnum):
    """How a fire ended."""

    SOLD = "sold"
    GAVE_UP = "gave up"
    """No buy box to be won in time: sold at the lowest FBA price, or not at all."""
    HELD = "held"
    """The goods of an earlier fire on the route were not sold yet."""
    GONE = "gone"
    """The source had none left when one came to buy."""
    UNFINISHED = "unfinished"
    """History ends before the sale."""


class Trade(NamedTuple):
    """A fire and its fate. `row` is the route traded: the fire's, but for the placebo that swaps.

    `bought` and `sold` are Keepa minutes, `buy` and `sale` minor units; `sold` and `sale` are -1 without a sale.
    `later` has the price of a sale after each of AFTER_DAYS: -1 for none to be had, None where that is not known.
    `lag` are days from buying to the sale as the signal expected it.
    """

    fire: Fire
    row: int
    fate: Fate
    bought: int
    lag: int
    buy: int = NOTHING
    sold: int = NOTHING
    sale: int = NOTHING
    later: tuple[int | None, ...] = ()


class Trader:
    """Carries out fires over what really happened."""

    def __init__(self, pasts: Sequence[Past], rules: Assumptions) -> None:
        self._pasts, self._rules = pasts, rules
        self._shelves: dict[tuple[int, str], Shelf] = {}

    def trades(self, fires: Iterable[Fire]) -> list[Trade]:
        """The trades of fires, of which those of a route are in order of time."""
        free: dict[tuple[int, int], int | None] = {}
        done = []
        for fire in fires:
            key = (fire.place, fire.row)
            trade = self._trade(fire, free.get(key, NOTHING))
            done.append(trade)
            if trade.fate in {Fate.SOLD, Fate.GAVE_UP}:
                free[key] = trade.sold
            elif trade.fate is Fate.UNFINISHED:
                free[key] = None
        return done

    def _trade(self, fire: Fire, free: int | None) -> Trade:
        """`free` is the minute at which the route's last goods were sold, None while they are not."""
        row = _reversed(fire.row) if self._rules.placebo is Placebo.SWAP else fire.row
        source, target = PAIRS[row]
        legs = self._pasts[fire.place].legs
        bought = fire.known + self._rules.delay
        lag, wait = self._lag(bought), self._wait(legs[target], fire)
        trade = Trade(fire, row, Fate.HELD, bought, lag + wait)
        if free is None or bought < free:
            return trade
        buy = _offer(legs[source], bought)
        if buy is None or buy <= 0:
            return trade._replace(fate=Fate.UNFINISHED if buy is None else Fate.GONE)
        shelf = self._shelf(fire.place, target)
        later = tuple(shelf.price_at(bought + days * MINUTES_PER_DAY) for days in AFTER_DAYS)
        arrived = bought + lag * MINUTES_PER_DAY
        ready = arrived + wait * MINUTES_PER_DAY
        sale = shelf.sale(ready, max(arrived + self._rules.patience * MINUTES_PER_DAY, ready))
        if sale is None:
            return trade._replace(fate=Fate.UNFINISHED, buy=buy, later=later)
        fate = Fate.GAVE_UP if sale.gave_up else Fate.SOLD
        return trade._replace(fate=fate, buy=buy, sold=sale.minute, sale=sale.price, later=later)

    def _lag(self, bought: int) -> int:
        """Days until the goods are on sale."""
        if self._rules.lag is not None:
            return self._rules.lag
        return lag_days(date.fromordinal(FIRST_DAY + bought // MINUTES_PER_DAY))

    def _wait(self, target: Leg, fire: Fire) -> int:
        """Days until a buyer comes, by the rank's falls and the competition as the signal knew them."""
        minute = np.array([fire.known])
        rivals = int(value_at(target.rivals, minute)[0])
        amazon = int(value_at(target.amazon, minute)[0])
        pace = velocity(
            monthly_sales(rank_drops(target.rank, fire.known), None, None),
            rivals if rivals >= 0 else None,
            amazon_has_box=0 < amazon <= fire.reference,
            lag=0,
        )
        slowest = self._rules.slowest_sale
        return slowest if pace.sell_days is None else min(pace.sell_days, slowest)

    def _shelf(self, place: int, target: str) -> Shelf:
        key = (place, target)
        if key not in self._shelves:
            self._shelves[key] = shelf_of(self._pasts[place].legs[target], undercut=self._rules.undercut)
        return self._shelves[key]


def _offer(leg: Leg, minute: int) -> int | None:
    """The lowest landed price at which one could buy, -1 for none; None after what is known."""
    if minute > leg.until:
        return None
    when = np.array([minute])
    return int(least(value_at(leg.new, when), value_at(leg.amazon, when))[0])


def _reversed(row: int) -> int:
    source, target = PAIRS[row]
    return PAIRS.index((target, source))
