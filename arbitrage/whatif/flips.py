"""All flips under two sets of terms, as they are and as a scenario would have them: masks and flat tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import numpy as np

from arbitrage.detection.pricing import PricedColumns, price_columns
from arbitrage.detection.profile_terms import ProfileTerms
from arbitrage.economics.kernel import CHUNK, SOURCES, TARGETS, Mask
from arbitrage.economics.loading import load_overrides
from arbitrage.economics.overrides import Overrides
from arbitrage.economics.sides import Int64
from arbitrage.whatif.asked import Filters
from arbitrage.whatif.room import ROOMS
from arbitrage.whatif.scenario import Scenario
from arbitrage.whatif.shifting import shifted_columns
from arbitrage.whatif.snapshot import ColumnSnapshot
from products.marketplaces import PAIRS


@dataclass(frozen=True, slots=True)
class Found:
    """Flips one after the other, each field (k,). `pair` is a place in PAIRS, `product` one in the snapshot's asins.

    Numbers of `before` and `after` mean nothing where `priced_before` or `priced` is False. `room` is what the order
    asks for (`room.ROOMS`), else 0.
    """

    pair: Int64
    product: Int64
    priced: Mask
    priced_before: Mask
    qualifies: Mask
    qualified: Mask
    buy: Int64
    sell: Int64
    net: Int64
    net_eur: Int64
    revenue: Int64
    roi: Int64
    net_before: Int64
    net_eur_before: Int64
    room: Int64

    @property
    def change(self) -> Int64:
        """What the scenario adds to the net profit, EUR cents; a flip without a price earns nothing."""
        before: Int64 = np.where(self.priced_before, self.net_eur_before, 0)
        change: Int64 = np.where(self.priced, self.net_eur, 0) - before
        return change

    def order(self, sort: str) -> Int64:
        """The flips' places from the largest down; equal ones by product and pair."""
        keys: Mapping[str, Int64] = {"net": self.net_eur, "roi": self.roi, "change": self.change}
        return np.lexsort((self.pair, self.product, -keys.get(sort, self.room), ~self.priced))


@dataclass(frozen=True, slots=True)
class Totals:
    """Over every flip of the list, whatever is shown. Nets are EUR cents of the flips that qualify."""

    priced: int = 0
    qualify_before: int = 0
    qualify_after: int = 0
    newly: int = 0
    lost: int = 0
    net_before: int = 0
    net_after: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        """Both together."""
        return Totals(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Totals)))


@dataclass(frozen=True, slots=True)
class _Both:
    """A stretch of products, priced twice."""

    first: int
    before: PricedColumns
    after: PricedColumns
    asins: Sequence[str]
    overrides: Overrides

    def totals(self, scope: Mask) -> Totals:
        qualified, qualifies = self.before.qualifies & scope, self.after.qualifies & scope
        return Totals(
            priced=int((self.after.live & scope).sum()),
            qualify_before=int(qualified.sum()),
            qualify_after=int(qualifies.sum()),
            newly=int((qualifies & ~qualified).sum()),
            lost=int((qualified & ~qualifies).sum()),
            net_before=int(self.before.priced.net_eur[qualified].sum()),
            net_after=int(self.after.priced.net_eur[qualifies].sum()),
        )

    def found(self, show: str, sort: str, scope: Mask) -> Found:
        pair, product = np.nonzero(self._shown(show) & scope)
        at = (pair, product)
        before, after, columns = self.before.priced, self.after.priced, self.after.columns
        return Found(
            pair=pair,
            product=product + self.first,
            priced=self.after.live[at],
            priced_before=self.before.live[at],
            qualifies=self.after.qualifies[at],
            qualified=self.before.qualifies[at],
            buy=columns.buy[SOURCES[pair], product],
            sell=columns.sale[TARGETS[pair], product],
            net=after.net[at],
            net_eur=after.net_eur[at],
            revenue=after.revenue[at],
            roi=after.roi[at],
            net_before=before.net[at],
            net_eur_before=before.net_eur[at],
            room=self._room(sort, pair, product),
        )

    def _room(self, sort: str, pair: Int64, product: Int64) -> Int64:
        room = ROOMS.get(sort)
        if room is None or not len(pair):
            return np.zeros(len(pair), np.int64)
        return room(self.after, self.asins, self.overrides, pair, product)

    def _shown(self, show: str) -> Mask:
        qualified, qualifies = self.before.qualifies, self.after.qualifies
        masks = {"qualify": qualifies, "new": qualifies & ~qualified, "lost": qualified & ~qualifies}
        return masks.get(show, self.after.live)


def priced_twice(
    snapshot: ColumnSnapshot,
    terms: tuple[ProfileTerms, ProfileTerms],
    scenario: Scenario,
    filters: Filters,
    now: datetime,
) -> tuple[Found, Totals]:
    """The flips that a list asks for, in no order, and the totals of its routes; `terms` are before and after."""
    scope = _routes(filters)
    parts = list(_stretches(snapshot, terms, scenario, now))
    found = [part.found(filters.show, filters.sort, scope) for part in parts]
    tables = (np.concatenate([getattr(part, field.name) for part in found]) for field in fields(Found))
    return Found(*tables), sum((part.totals(scope) for part in parts), Totals())


def _stretches(
    snapshot: ColumnSnapshot, terms: tuple[ProfileTerms, ProfileTerms], scenario: Scenario, now: datetime
) -> Iterator[_Both]:
    """As many products at a time as the kernel likes; one empty stretch where there are none. One query."""
    fresh, overrides = snapshot.fresh(now), load_overrides()
    for first in range(0, max(len(snapshot.asins), 1), CHUNK):
        columns = snapshot.columns.part(first, CHUNK)
        seen, asins = fresh[:, first : first + CHUNK], snapshot.asins[first : first + CHUNK]
        before, after = (
            price_columns(each, prices, seen, asins, overrides)
            for each, prices in zip(terms, (columns, shifted_columns(columns, scenario)), strict=True)
        )
        yield _Both(first, before, after, asins, overrides)


def _routes(filters: Filters) -> Mask:
    """Which pairs the list is about, (20, 1)."""
    wanted = [filters.source in ("", source) and filters.target in ("", target) for source, target in PAIRS]
    return np.array(wanted, dtype=np.bool_)[:, np.newaxis]
