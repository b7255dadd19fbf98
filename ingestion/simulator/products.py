"""The answer to a product request: series, availability and statistics put into Keepa's objects."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingestion.simulator.catalogue import absent_from, exists
from ingestion.simulator.hashing import I64
from ingestion.simulator.market import Market
from ingestion.simulator.prices import AMAZON, NEW, NOTHING, Points
from ingestion.simulator.product_object import Product, describe, invalid_product
from ingestion.simulator.traits import MINUTES_PER_DAY

CSV_LENGTH = 36
PAIR, TRIPLE = 2, 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What a product request wants. `days` cuts histories; `live` collects anew at once (update=0)."""

    history: bool = True
    days: int | None = None
    buybox: bool = False
    rating: bool = False


class Listed:
    """The series of one batch as flat Python lists, ready to be cut per listing."""

    def __init__(self, series: dict[int, Points]) -> None:
        self.bounds = {kind: points.bounds.tolist() for kind, points in series.items()}
        self.minutes = {kind: points.minutes.tolist() for kind, points in series.items()}
        self.width = {kind: PAIR if points.shipping is None else TRIPLE for kind, points in series.items()}
        self.flat = {kind: _flat(points) for kind, points in series.items()}

    def csv(self, place: int, length: int, since: int | None) -> list[Any]:
        """The csv array of one listing; with `since` only from the last point at or before that minute on."""
        rows: list[Any] = [None] * length
        for kind, bounds in self.bounds.items():
            first, last = bounds[place], bounds[place + 1]
            if since is not None:
                first = max(first, bisect_right(self.minutes[kind], since, first, last) - 1)
            if last > first and kind < length:
                width = self.width[kind]
                rows[kind] = self.flat[kind][first * width : last * width]
        return rows

    def last(self, kind: int, place: int) -> tuple[int, int]:
        """Minute and value of the newest point of a listing; (-1, -1) without one."""
        first, last = self.bounds[kind][place : place + 2]
        if last == first:
            return NOTHING, NOTHING
        at = (last - 1) * self.width[kind]
        return self.flat[kind][at], self.flat[kind][at + 1]


def _flat(points: Points) -> list[int]:
    columns = [points.minutes, points.values]
    if points.shipping is not None:
        columns.append(points.shipping)
    flat: list[int] = np.column_stack(columns).ravel().tolist()
    return flat


def products(
    market: Market, asins: Sequence[str], domain: int, ends: I64, asked: Asked, *, csv_length: int = CSV_LENGTH
) -> list[Product]:
    """One object per ASIN, in order. `ends` is when Keepa last looked, per ASIN (Keepa minutes)."""
    batch = market.traits(asins, domain)
    series = market.histories(batch, ends, buybox=asked.buybox, rating=asked.rating)
    listed = Listed(series)
    tracked = market.tracking_since(batch).tolist()
    found = []
    for place, (asin, end) in enumerate(zip(asins, ends.tolist(), strict=True)):
        if not exists(asin) or absent_from(asin, domain):
            found.append(invalid_product(asin, domain))
            continue
        since = None if asked.days is None else end - asked.days * MINUTES_PER_DAY
        csv = listed.csv(place, csv_length, since) if asked.history else None
        moments = (tracked[place], max(listed.last(NEW, place)[0], listed.last(AMAZON, place)[0]), end)
        product = describe(asin, domain, csv=csv, moments=moments)
        product["availabilityAmazon"] = 0 if listed.last(AMAZON, place)[1] != NOTHING else -1
        found.append(product)
    return found
