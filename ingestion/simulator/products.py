"""The answer to a product request: series, availability and statistics put into Keepa's objects."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ingestion.simulator import buy_box, oddities
from ingestion.simulator.catalogue import absent_from, exists
from ingestion.simulator.csv_types import (
    AMAZON,
    COUNT_NEW,
    COUNT_REVIEWS,
    CSV_LENGTH,
    NEW,
    NOTHING,
    SALES,
    Csv,
    Row,
    cut,
    width,
)
from ingestion.simulator.hashing import I64
from ingestion.simulator.market import Market
from ingestion.simulator.prices import Points
from ingestion.simulator.product_object import Product, describe, invalid_product
from ingestion.simulator.stats import statistics
from ingestion.simulator.timeline import Span
from ingestion.simulator.traits import MINUTES_PER_DAY

NOT_ASKED = -2


@dataclass(frozen=True, slots=True)
class Asked:
    """What a product request wants. `days` cuts histories, `interval` is that of the statistics."""

    history: bool = True
    days: int | None = None
    buybox: bool = False
    rating: bool = False
    interval: Span | None = None


@dataclass(frozen=True, slots=True)
class Collected:
    """One listing as Keepa holds it: whole histories, buy box sellers, tracked since, looked at last."""

    csv: Csv
    sellers: Row
    tracked_since: int
    updated: int

    def last(self, kind: int) -> tuple[int, int]:
        """Minute and value of a type's newest point; (-1, -1) without one."""
        row = self.csv[kind] if kind < len(self.csv) else None
        return (row[-width(kind)], row[1 - width(kind)]) if row else (NOTHING, NOTHING)


class _Flat:
    """One series of a batch as a flat Python list that is cut per listing."""

    def __init__(self, points: Points) -> None:
        columns = [points.minutes, points.values]
        if points.shipping is not None:
            columns.append(points.shipping)
        self._numbers: Row = np.column_stack(columns).ravel().tolist()
        self._bounds: Row = (points.bounds * len(columns)).tolist()

    def row(self, place: int) -> Row:
        """The numbers of one listing."""
        return self._numbers[self._bounds[place] : self._bounds[place + 1]]


def products(
    market: Market, asins: Sequence[str], domain: int, ends: I64, asked: Asked, *, csv_length: int = CSV_LENGTH
) -> list[Product]:
    """One object per ASIN, in order. `ends` is when Keepa last looked, per ASIN (Keepa minutes)."""
    batch = market.traits(asins, domain)
    histories = market.histories(batch, ends, buybox=asked.buybox, rating=asked.rating)
    series = {kind: _Flat(points) for kind, points in histories.series.items() if kind < csv_length}
    sellers = None if histories.sellers is None else _Flat(histories.sellers)
    tracked = market.tracking_since(batch).tolist()
    found = []
    for place, (asin, end) in enumerate(zip(asins, ends.tolist(), strict=True)):
        if not exists(asin) or absent_from(asin, domain):
            found.append(invalid_product(asin, domain))
            continue
        csv: Csv = [None] * csv_length
        for kind, flat in series.items():
            csv[kind] = flat.row(place) or None
        csv = oddities.shape(asin, csv, end)
        collected = Collected(csv, sellers.row(place) if sellers else [], tracked[place], end)
        found.append(_product(asin, domain, collected, asked))
    return found


def _product(asin: str, domain: int, collected: Collected, asked: Asked) -> Product:
    new_at, amazon_at = collected.last(NEW)[0], collected.last(AMAZON)[0]
    moments = (collected.tracked_since, max(new_at, amazon_at), collected.updated)
    product = describe(asin, domain, csv=None, moments=moments)
    product["availabilityAmazon"] = 0 if collected.last(AMAZON)[1] != NOTHING else -1
    if asked.history:
        product |= _history(asin, domain, collected, asked, product["salesRankReference"])
    if asked.rating:
        product["reviews"] = _reviews(collected)
    if asked.interval is not None:
        product["stats"] = _stats(asin, domain, collected, asked.interval, buybox=asked.buybox)
    oddities.twist(product)
    return product


def _history(asin: str, domain: int, collected: Collected, asked: Asked, reference: int) -> dict[str, Any]:
    csv, sellers = oddities.add_glitch(asin, collected.csv), collected.sellers
    if asked.days is not None:
        since = collected.updated - asked.days * MINUTES_PER_DAY
        csv, (kept,) = cut(csv, since), cut([sellers or None], since)
        sellers = kept or []
    found: dict[str, Any] = {"csv": csv, "salesRanks": {str(reference): csv[SALES]} if csv[SALES] else None}
    if asked.buybox:
        found["buyBoxSellerIdHistory"] = buy_box.seller_history(sellers, asin, domain) or None
    return found


def _reviews(collected: Collected) -> dict[str, Any]:
    row = collected.csv[COUNT_REVIEWS] or []
    return {"lastUpdate": collected.updated, "ratingCount": row[-2:], "reviewCount": []}


def _stats(asin: str, domain: int, collected: Collected, span: Span, *, buybox: bool) -> dict[str, Any]:
    found = statistics(collected.csv, asked=span, tracked_since=collected.tracked_since)
    found |= {
        "deltaPercent90_monthlySold": None,
        "retrievedOfferCount": NOT_ASKED,
        "totalOfferCount": max(collected.last(COUNT_NEW)[1], 0),
        "tradeInPrice": NOT_ASKED,
        "lastOffersUpdate": collected.updated,
        "isAddonItem": None,
        "lightningDealInfo": None,
        "sellerIdsLowestFBA": None,
        "sellerIdsLowestFBM": None,
        "offerCountFBA": NOT_ASKED,
        "offerCountFBM": NOT_ASKED,
    }
    if buybox:
        return found | buy_box.statistics(collected.csv, collected.sellers, asin, domain)
    return found | buy_box.not_asked()
