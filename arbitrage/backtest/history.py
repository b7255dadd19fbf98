"""A product's past as a backtest reads it: change points of each listing, and what decides its fees."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from arbitrage.economics.prices import PricedListing
from arbitrage.risk.stretches import value_at
from products.series import (
    AMAZON,
    COUNT_NEW_FBA,
    NEW,
    NEW_FBA,
    NEW_LANDED_SINCE,
    SALES,
    History,
    Series,
    reference_kind,
    series_of,
)

NO_POINTS = series_of([], [])


@dataclass(frozen=True, slots=True)
class Leg:
    """A listing's past up to the minute `until` at which Keepa last looked; nothing is known after it.

    `listing` is what Keepa says of it today, of which only what decides fees is read.
    `reference` is the price one sells at: the buy box where it was asked, else NEW; then `since` is the minute from
    which NEW contains shipping. `asked` is the minute at which the buy box was last asked; after it that is not known.
    """

    until: int
    listing: PricedListing | None = None
    new: Series = NO_POINTS
    amazon: Series = NO_POINTS
    reference: Series = NO_POINTS
    new_fba: Series = NO_POINTS
    rank: Series = NO_POINTS
    rivals: Series = NO_POINTS
    since: int = 0
    asked: int | None = None

    @property
    def sale_until(self) -> int:
        """The minute up to which the reference price is known."""
        return self.until if self.asked is None else min(self.until, self.asked)

    def without_shipping(self, minute: int, price: int) -> bool:
        """Whether a price to buy at, in force at a minute, is one of NEW from before that series held shipping."""
        return minute < NEW_LANDED_SINCE and int(value_at(self.amazon, np.array([minute]))[0]) != price

    @property
    def prices(self) -> tuple[Series, Series, Series]:
        """The series whose changes can make or end a flip."""
        return self.new, self.amazon, self.reference


@dataclass(frozen=True, slots=True)
class Past:
    """A product's legs by marketplace."""

    asin: str
    category: str
    legs: Mapping[str, Leg]


def leg_of(history: History, *, until: int, asked: int | None, listing: PricedListing) -> Leg:
    """A leg from a listing's history; points after `until` are left out."""
    known = {kind: _upto(series, until) for kind, series in history.items()}
    kind = reference_kind(buy_box_asked=asked is not None)
    return Leg(
        until=until,
        listing=listing,
        new=known.get(NEW, NO_POINTS),
        amazon=known.get(AMAZON, NO_POINTS),
        reference=known.get(kind, NO_POINTS),
        new_fba=known.get(NEW_FBA, NO_POINTS),
        rank=known.get(SALES, NO_POINTS),
        rivals=known.get(COUNT_NEW_FBA, NO_POINTS),
        since=NEW_LANDED_SINCE if kind == NEW else 0,
        asked=asked,
    )


def _upto(series: Series, until: int) -> Series:
    count = int(np.searchsorted(series.minutes, until, side="right"))
    return Series(series.minutes[:count], series.values[:count])
