"""What follows from a listing's history: current prices and counts, and the windows of the reference price."""

from typing import NamedTuple

from ingestion.enrichment.state import BUYBOX, ListingState
from products.models import GONE
from products.series import (
    AMAZON,
    BUY_BOX,
    COUNT_NEW,
    COUNT_REVIEWS,
    NEW,
    NEW_FBA,
    NEW_LANDED_SINCE,
    RATING,
    SALES,
    Windows,
    last_value,
    reference_kind,
    windows,
)


class Current(NamedTuple):
    """Newest values; prices in minor units, None where nothing is on offer or nothing is known.

    `reference` is the price of a sale: the buy box where it was ever asked, else NEW.
    """

    amazon: int | None = None
    new: int | None = None
    new_fba: int | None = None
    rank: int | None = None
    offers: int | None = None
    buy_box: int | None = None
    rating: int | None = None
    reviews: int | None = None
    reference: int | None = None

    @property
    def in_stock(self) -> bool:
        """Whether a new one can be bought."""
        return self.new is not None or self.amazon is not None or self.buy_box is not None


_KINDS = (AMAZON, NEW, NEW_FBA, SALES, COUNT_NEW, BUY_BOX, RATING, COUNT_REVIEWS)


def current_of(state: ListingState) -> Current:
    """The newest value of each type. What is gone from Keepa has none, whatever its history says."""
    if state.base.product_type == GONE:
        return Current()
    kinds = (*_KINDS, _reference(state))
    return Current._make(_value(last_value(state.history, kind)) for kind in kinds)


def windows_of(state: ListingState) -> Windows:
    """The windows of the reference price, ending at the newest snapshot's source minute."""
    kind = _reference(state)
    series = state.history.get(kind)
    if series is None:
        return Windows()
    return windows(series, state.source_minute, since=NEW_LANDED_SINCE if kind == NEW else 0)


def _reference(state: ListingState) -> int:
    return reference_kind(buy_box_asked=BUYBOX in state.guards)


def _value(value: int | None) -> int | None:
    return None if value is None or value < 0 else value
