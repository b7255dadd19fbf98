"""When and at what price goods would have been sold: below the buy box, if Amazon itself did not ask less."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from arbitrage.backtest.episodes import Mask
from arbitrage.backtest.history import Leg
from arbitrage.backtest.stepping import NOTHING, Int64, merged
from arbitrage.economics.rates import PPM
from arbitrage.risk.stretches import value_at


class Sale(NamedTuple):
    """What became of goods: the minute, the price (minor units; -1 if nobody would take them), and how."""

    minute: int
    price: int
    gave_up: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """The prices at which one could have sold on a listing, from `minutes` on; -1 while nobody would have bought."""

    leg: Leg
    minutes: Int64
    prices: Int64
    next_open: Int64

    def price_at(self, minute: int) -> int | None:
        """The price of a sale at a minute, -1 where there was none to be had; None after what is known."""
        if minute > self.leg.sale_until:
            return None
        place = int(np.searchsorted(self.minutes, minute, side="right")) - 1
        return int(self.prices[place]) if place >= 0 else NOTHING

    def sale(self, ready: int, deadline: int) -> Sale | None:
        """The first sale from `ready` on, at the deadline at the lowest FBA price; None where that is not known yet."""
        price = self.price_at(ready)
        if price is None or price > 0:
            return None if price is None else Sale(ready, price, gave_up=False)
        place = int(self.next_open[np.searchsorted(self.minutes, ready, side="right")])
        if place < len(self.minutes) and int(self.minutes[place]) <= deadline:
            return Sale(int(self.minutes[place]), int(self.prices[place]), gave_up=False)
        return None if deadline > self.leg.sale_until else Sale(deadline, self._clearance(deadline), gave_up=True)

    def _clearance(self, minute: int) -> int:
        asked = [int(value_at(series, np.array([minute]))[0]) for series in (self.leg.new_fba, self.leg.new)]
        return next((price for price in asked if price > 0), NOTHING)


def shelf_of(leg: Leg, *, undercut: int) -> Shelf:
    """The shelf of a listing for who asks `undercut` (ppm) less than the buy box."""
    minutes = merged([leg.reference, leg.amazon], 0, leg.sale_until)
    reference, amazon = value_at(leg.reference, minutes), value_at(leg.amazon, minutes)
    own = np.maximum(reference, 0) * (PPM - undercut) // PPM
    open_: Mask = (own > 0) & ((amazon <= 0) | (amazon > own))
    places = np.where(open_, np.arange(len(minutes)), len(minutes))
    upcoming = np.minimum.accumulate(places[::-1])[::-1] if len(minutes) else places
    return Shelf(leg, minutes, np.where(open_, own, NOTHING), np.append(upcoming, len(minutes)))
