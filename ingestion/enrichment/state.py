"""A listing as the enrichment thinks of it, and what one record says about it. Values without a database."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from products.series import History

BASE = "base"
BUYBOX = "buybox"
RATING = "rating"
OFFERS = "offers"
GROUPS = (BASE, BUYBOX, RATING, OFFERS)
COVERED = (BASE, BUYBOX, RATING)
"""The groups that have history."""

Stretches = tuple[tuple[int, int], ...]
"""Keepa minutes covered: disjoint (from, until), ascending."""


class Guard(NamedTuple):
    """Which snapshot a group of scalars comes from; the larger one wins, whatever the order of arrival."""

    minute: int
    epoch: int
    offset: int


@dataclass(frozen=True, slots=True)
class BaseFacts:
    """What comes with every snapshot, beside the series. Lengths in mm, weight in g, fees in minor units."""

    title: str = ""
    brand: str = ""
    category: str = ""
    category_id: int | None = None
    eans: tuple[str, ...] = ()
    product_type: int = 0
    package_length: int | None = None
    package_width: int | None = None
    package_height: int | None = None
    package_weight: int | None = None
    pack_quantity: int | None = None
    referral_rate: int | None = None
    fba_fee: int | None = None
    closing_fee: int | None = None
    availability_amazon: int | None = None
    monthly_sold: int | None = None
    sold_minute: int | None = None
    return_rate: int | None = None
    is_hazmat: bool | None = None
    is_heat_sensitive: bool | None = None
    new_is_map: bool | None = None


@dataclass(frozen=True, slots=True)
class BuyBoxFacts:
    """Who holds the buy box; an empty seller where nobody does or Keepa could not tell."""

    buy_box_seller: str = ""
    buy_box_is_fba: bool | None = None
    buy_box_is_amazon: bool | None = None
    buy_box_is_unqualified: bool | None = None
    buy_box_limit: str = ""


@dataclass(frozen=True, slots=True)
class OffersFacts:
    """How many new offers ship from Amazon and from merchants; known only where offers were asked."""

    offers_fba: int | None = None
    offers_fbm: int | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What Keepa said about a listing at one time: one raw record, decoded.

    `asked` holds names of GROUPS; facts of a group that was not asked are ignored. `history_from` is the Keepa minute
    since which points were asked, 0 for all.
    """

    asin: str
    marketplace: str
    guard: Guard
    asked: frozenset[str]
    history_from: int
    fetched_at: datetime
    is_demo: bool
    base: BaseFacts
    buybox: BuyBoxFacts
    offers: OffersFacts
    history: History

    @property
    def covers(self) -> tuple[str, ...]:
        """The groups whose points it brings: they come with the history alone."""
        return tuple(group for group in COVERED if group in self.asked) if BASE in self.asked else ()


@dataclass(frozen=True, slots=True)
class ListingState:
    """Everything kept about a listing, except what is computed from it (`derived`).

    A group without an entry in `guards` was never asked.
    """

    asin: str
    marketplace: str
    checked_at: datetime
    is_demo: bool = False
    source_minute: int = 0
    base: BaseFacts = BaseFacts()
    buybox: BuyBoxFacts = BuyBoxFacts()
    offers: OffersFacts = OffersFacts()
    guards: dict[str, Guard] = field(default_factory=dict)
    coverage: dict[str, Stretches] = field(default_factory=dict)
    history: History = field(default_factory=dict)
