"""All flips of a batch of products for one profile: one kernel call, then answers per product and pair."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from arbitrage.detection.market import Market
from arbitrage.detection.profile_terms import ProfileTerms
from arbitrage.economics.kernel import SOURCES, TARGETS, Columns, Mask, Priced
from arbitrage.economics.overrides import Overrides, price_with_overrides
from arbitrage.lifecycle import NEAR_ROI, Figures, Trouble
from products.marketplaces import PAIRS

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PricedColumns:
    """A profile's 20 flips of each product, priced. Masks are (20, n) in the order of `PAIRS`."""

    terms: ProfileTerms
    columns: Columns
    priced: Priced
    in_stock: Mask
    fresh: Mask

    @property
    def live(self) -> Mask:
        """Which flips have a price now: both legs in stock and looked at within 24 hours, nothing missing."""
        live: Mask = self.in_stock & self.fresh & self.priced.complete
        return live

    @property
    def qualifies(self) -> Mask:
        """Which flips reach the profile's thresholds now."""
        asked = self.terms.thresholds
        mask: Mask = self.priced.meets(min_roi=asked.min_roi, min_profit=asked.min_profit) & self.live
        return mask


@dataclass(frozen=True, slots=True)
class Flips(PricedColumns):
    """The same of a market, by name."""

    market: Market
    asins: dict[str, int]

    def at(self, asin: str, pair: Pair) -> Figures | Trouble:
        """What a flip earns, or why it cannot be priced now."""
        row, column = PAIRS.index(pair), self.asins[asin]
        if not self.in_stock[row, column]:
            return Trouble.OUT_OF_STOCK
        if not self.priced.complete[row, column]:
            return Trouble.INCOMPLETE
        if not self.fresh[row, column]:
            return Trouble.STALE
        return self._figures(row, column)

    def qualifying(self) -> Iterator[tuple[str, Pair]]:
        """The flips that reach the profile's thresholds now."""
        yield from self._named(self.qualifies)

    def near(self) -> Iterator[tuple[str, Pair]]:
        """The flips within five points of the profile's ROI, by the last known prices even if those are stale."""
        least = self.terms.thresholds.min_roi - NEAR_ROI
        mask = self.priced.net * 10_000 >= self.priced.cost * least
        yield from self._named(mask & self.in_stock & self.priced.complete)

    def best(self) -> Iterator[tuple[str, Pair]]:
        """Each product's best flip that earns anything: one that qualifies before others, then by net profit."""
        net = np.where(self.live, self.priced.net_eur, 0)
        rank = np.where(net > 0, net + np.where(self.qualifies, 1 << 40, 0), 0)
        rows = rank.argmax(axis=0)
        for asin, column in self.asins.items():
            if rank[rows[column], column] > 0:
                yield asin, PAIRS[rows[column]]

    def _named(self, mask: Mask) -> Iterator[tuple[str, Pair]]:
        names = list(self.asins)
        for row, column in np.argwhere(mask).tolist():
            yield names[column], PAIRS[row]

    def _figures(self, row: int, column: int) -> Figures:
        return Figures(
            buy_price=int(self.columns.buy[SOURCES[row], column]),
            sell_price=int(self.columns.sale[TARGETS[row], column]),
            cost=int(self.priced.cost[row, column]),
            net=int(self.priced.net[row, column]),
            net_eur=int(self.priced.net_eur[row, column]),
            roi=int(self.priced.roi[row, column]),
        )


def price_columns(
    terms: ProfileTerms, columns: Columns, fresh: Mask, asins: Sequence[str], overrides: Overrides
) -> PricedColumns:
    """Price all 20 pairs of these products at once; `fresh` is (5, n): the listings looked at within 24 hours."""
    in_stock = (columns.buy[SOURCES] >= 0) & (columns.sale[TARGETS] >= 0)
    seen = fresh[SOURCES] & fresh[TARGETS]
    priced = price_with_overrides(terms.routes, columns, asins, overrides)
    return PricedColumns(terms, columns, priced, in_stock, seen)


def price_market(terms: ProfileTerms, market: Market) -> Flips:
    """Price all 20 pairs of every product of the market in one kernel call."""
    own = price_columns(terms, market.columns, market.fresh, market.asins, market.overrides)
    asins = {asin: column for column, asin in enumerate(market.asins)}
    return Flips(terms, own.columns, own.priced, own.in_stock, own.fresh, market, asins)
