"""All series of a batch of listings, cut at the minute at which Keepa last looked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingestion.simulator.buy_box import AMAZON_SELLS, SUPPRESSED
from ingestion.simulator.csv_types import (
    AMAZON,
    BUY_BOX,
    COUNT_NEW,
    COUNT_NEW_FBA,
    COUNT_REVIEWS,
    LISTPRICE,
    NEW,
    NOTHING,
    RATING,
    SALES,
    USED,
)
from ingestion.simulator.hashing import I64, Salt, choices, units
from ingestion.simulator.prices import (
    I32,
    Offers,
    Points,
    Slots,
    changes,
    charm,
    offers,
    slots,
    slots_before,
)
from ingestion.simulator.traits import MINUTES_PER_DAY, Keys, Traits, traits

HISTORY_DAYS = 365
MERCHANT_SHIPPING = 399


@dataclass(frozen=True, slots=True)
class Histories:
    """The series of a batch by csv type, and who had the buy box when (numbers of `buy_box.seller_name`)."""

    series: dict[int, Points]
    sellers: Points | None


class Market:
    """Every price, rank and count of every product in every shop, from a seed.

    `live_since` is the Keepa minute from which changes come `tempo` times as fast; histories begin 365 days before
    it. `refresh_minutes` is how old Keepa's data grows before it looks again (60; in the demo 1).
    """

    def __init__(self, *, seed: int, live_since: int, tempo: float = 1.0, refresh_minutes: int = 60) -> None:
        self.seed = seed
        self.live_since = live_since
        self.tempo = tempo
        self.refresh_minutes = refresh_minutes
        self.since = live_since - HISTORY_DAYS * MINUTES_PER_DAY
        self._keys = Keys(seed)

    def traits(self, asins: Sequence[str], domain: int) -> Traits:
        """The fixed traits of these listings."""
        return traits(self._keys.of(asins), domain, tempo=self.tempo, live_since=self.live_since)

    def last_update(self, batch: Traits, now: int, *, every: int | None = None) -> I64:
        """When Keepa last looked, per listing: at most `every` (default `refresh_minutes`) minutes before `now`."""
        period = every or self.refresh_minutes
        phase = choices(batch.keys, Salt.UPDATE_PHASE, period)
        result: I64 = now - (now - phase) % period
        return result

    def tracking_since(self, batch: Traits) -> I64:
        """The first minute of each listing's history."""
        return np.maximum(batch.born, self.since)

    def histories(self, batch: Traits, end: I64, *, buybox: bool, rating: bool) -> Histories:
        """The series of these listings, every point up to `end` (Keepa minute per listing)."""
        start = self.tracking_since(batch)
        at = slots(batch, Salt.PRICE_TIME, start, end, live_since=self.live_since)
        prices = offers(batch, at)
        found = {
            AMAZON: changes(at, prices.amazon),
            NEW: changes(at, prices.new),
            USED: changes(at, _used(batch, at, prices)),
            LISTPRICE: changes(at, _list_price(batch, at)),
        }
        if buybox:
            found[BUY_BOX] = _buy_box(batch, at, prices)
        demand = slots(batch, Salt.RANK_TIME, start, end, live_since=self.live_since)
        found |= _demand(batch, demand)
        if rating:
            found |= _rating(batch, demand)
        sellers = changes(at, _sellers(batch, at, prices)) if buybox else None
        return Histories(series={kind: found[kind] for kind in sorted(found)}, sellers=sellers)

    def change_minutes(self, asins: Sequence[str], domain: int, start: int, end: int) -> tuple[I64, I32]:
        """When NEW changed, for start < minute <= end: (index into `asins`, Keepa minute), ordered by both.

        Costs time in proportion to the span asked for, not to the history before it. A change is judged against
        the slot before, so a span that begins at `end` of another one continues it without gap or repeat.
        """
        batch = self.traits(asins, domain)
        earlier = slots_before(np.full(len(asins), start), 3, batch, live_since=self.live_since)
        first = np.maximum(earlier, self.tracking_since(batch))
        at = slots(batch, Salt.PRICE_TIME, first, np.full(len(asins), end), live_since=self.live_since)
        points = changes(at, offers(batch, at).new)
        owner = np.repeat(np.arange(len(asins)), np.diff(points.bounds))
        inside = (points.minutes > start) & (points.minutes <= end)
        return owner[inside], points.minutes[inside]


def _buy_box(batch: Traits, at: Slots, prices: Offers) -> Points:
    """Price and shipping: a few listings are won by merchants who ship themselves, some with unknown shipping."""
    draw = units(batch.keys, Salt.SHIPPING)[at.owner]
    merchant = (draw < 0.06) & (prices.buy_box > 2 * MERCHANT_SHIPPING)
    shipping = np.where(merchant, MERCHANT_SHIPPING, np.where(draw > 0.99, NOTHING, 0))
    shipping = np.where(prices.buy_box == NOTHING, NOTHING, shipping)
    return changes(at, prices.buy_box - np.maximum(shipping, 0), shipping)


def _sellers(batch: Traits, at: Slots, prices: Offers) -> I64:
    """Amazon when it sells and wins, else one of three merchants, who take turns of a few slots."""
    turn = at.number // 4
    keys = batch.keys[at.owner]
    merchant = 1 + np.floor(3 * units(keys, Salt.SELLER, turn)).astype(np.int64)
    amazon = (prices.amazon != NOTHING) & (prices.amazon <= prices.new)
    return np.where(prices.buy_box == NOTHING, SUPPRESSED, np.where(amazon, AMAZON_SELLS, merchant))


def _used(batch: Traits, at: Slots, prices: Offers) -> I64:
    group = at.number // 3
    keys = batch.keys[at.owner]
    sold = units(batch.keys, Salt.USED_SOLD)[at.owner] < 0.5
    price = charm(batch.base[at.owner] * (0.6 + 0.2 * units(keys, Salt.USED, group)))
    return np.where(sold & (prices.new != NOTHING), price, NOTHING)


def _list_price(batch: Traits, at: Slots) -> I64:
    share = 1.15 + 0.25 * units(batch.keys[at.owner], Salt.LIST_PRICE, at.number // 40)
    return charm(batch.base[at.owner] * share)


def _demand(batch: Traits, at: Slots) -> dict[int, Points]:
    """Sales rank and the number of offers."""
    keys, owner = batch.keys[at.owner], at.owner
    popularity = units(batch.product_keys, Salt.RANK_BASE)
    base = (150.0 + 60_000.0 * popularity**3)[owner]
    rank = (base * (0.6 + units(keys, Salt.RANK, at.number))).astype(np.int64)
    usual = (2 + choices(batch.keys, Salt.OFFERS, 14))[owner]
    count = np.maximum(1, usual + np.floor(5.0 * units(keys, Salt.COUNT, at.number // 2) - 2.0).astype(np.int64))
    by_amazon = np.minimum(count, np.floor(count * units(keys, Salt.COUNT_FBA, at.number // 2)).astype(np.int64) + 1)
    return {SALES: changes(at, rank), COUNT_NEW: changes(at, count), COUNT_NEW_FBA: changes(at, by_amazon)}


def _rating(batch: Traits, at: Slots) -> dict[int, Points]:
    """Stars times ten, and the number of ratings, which only grows."""
    owner = at.owner
    stars = (33 + choices(batch.product_keys, Salt.RATING, 15))[owner]
    wobble = units(batch.keys[owner], Salt.STARS, at.number // 12) < 0.5
    pace = (1 + choices(batch.product_keys, Salt.REVIEWS, 9))[owner]
    reviews = np.maximum(0, at.number // 3 - 300) * pace
    return {RATING: changes(at, stars + wobble), COUNT_REVIEWS: changes(at, reviews)}
