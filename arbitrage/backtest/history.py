"""A product's past as a backtest reads it: change points of each listing, and the fees known of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from arbitrage.backtest.stepping import at
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
class Fees:
    """What Amazon charges on a listing: `referral` ppm, `fulfilment` and `closing` minor units; -1 is missing."""

    referral: int = -1
    fulfilment: int = -1
    closing: int = -1


@dataclass(frozen=True, slots=True)
class Leg:
    """A listing's past up to the minute `until` at which Keepa last looked; nothing is known after it.

    `reference` is the price one sells at: the buy box where it was asked, else NEW; then `since` is the minute from
    which NEW contains shipping.
    """

    until: int
    fees: Fees = field(default_factory=Fees)
    new: Series = NO_POINTS
    amazon: Series = NO_POINTS
    reference: Series = NO_POINTS
    new_fba: Series = NO_POINTS
    rank: Series = NO_POINTS
    rivals: Series = NO_POINTS
    since: int = 0

    @property
    def buy_box_asked(self) -> bool:
        """Whether sales are judged by the buy box."""
        return not self.since

    def without_shipping(self, minute: int, price: int) -> bool:
        """Whether a price to buy at, in force at a minute, is one of NEW from before that series held shipping."""
        return minute < NEW_LANDED_SINCE and int(at(self.amazon, np.array([minute]))[0]) != price

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


def leg_of(history: History, *, until: int, buy_box_asked: bool, fees: Fees) -> Leg:
    """A leg from a listing's history; points after `until` are left out."""
    known = {kind: _upto(series, until) for kind, series in history.items()}
    kind = reference_kind(buy_box_asked=buy_box_asked)
    return Leg(
        until=until,
        fees=fees,
        new=known.get(NEW, NO_POINTS),
        amazon=known.get(AMAZON, NO_POINTS),
        reference=known.get(kind, NO_POINTS),
        new_fba=known.get(NEW_FBA, NO_POINTS),
        rank=known.get(SALES, NO_POINTS),
        rivals=known.get(COUNT_NEW_FBA, NO_POINTS),
        since=NEW_LANDED_SINCE if kind == NEW else 0,
    )


def _upto(series: Series, until: int) -> Series:
    count = int(np.searchsorted(series.minutes, until, side="right"))
    return Series(series.minutes[:count], series.values[:count])
