"""Roll-ups: listings per UTC day, marketplace, category and brand, over 30 days.

A listing counts on every day up to that of its newest snapshot on which its reference price is known. Its share (the
closing prices of 30 days) is kept, so that a new snapshot costs one listing's history and the shares of its group.
Discounts are against the median of 90 days that the listing has now, on all days.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from numpy.typing import NDArray

from products import bulk
from products.models import GONE, Listing, RollUp, RollUpShare
from products.series import closes, of_listing, reference_kind
from products.series.daily import NOTHING, UNKNOWN

DAYS = 30
BATCH = 500

Share = tuple[int, bytes, int]
"""First day, packed closing prices, median of 90 days or 0."""

_KEEPAS_FIRST_DAY = date(2011, 1, 1)
_SHARE = ("asin", "marketplace", "category", "brand", "marked", "counted", "first_day", "closes", "median_90")
_COUNTED = ("category", "brand", "counted", "first_day", "closes", "median_90")
_KEY = ("day", "marketplace", "category", "brand")


class Group(NamedTuple):
    """What a roll-up is about, beside the day."""

    marketplace: str
    category: str
    brand: str


class Sums(NamedTuple):
    """The numbers of a roll-up, named as its columns."""

    listings: int
    in_stock: int
    close_total: int
    discounted: int
    largest_discount: int


@dataclass(frozen=True, slots=True)
class Marked:
    """A listing with a newer snapshot than was counted, and the group in which it was counted before."""

    id: int
    asin: str
    marked: int
    group: Group


def mark(listings: Iterable[tuple[str, Group]]) -> None:
    """Say that these listings, with the groups in which they are now, have a newer snapshot.

    Runs in the transaction that writes the listings.
    """
    rows = [(asin, *group, 1, 0, 0, b"", None) for asin, group in listings]
    bulk.upsert(RollUpShare, _SHARE, rows, key=("asin", "marketplace"), update=(), raise_by_one=("marked",))


def roll_up(now: datetime) -> int:
    """Count every listing that has a newer snapshot, and forget days beyond DAYS; returns how many were counted.

    Idempotent, and harmless beside another run or a writing enrichment. Each transaction takes a few groups.
    """
    first = now.date() - timedelta(days=DAYS - 1)
    listing = Listing.objects.filter(product_id=OuterRef("asin"), marketplace=OuterRef("marketplace"))
    RollUpShare.objects.filter(~Exists(listing)).update(marked=F("marked") + 1)
    counted = 0
    while batch := _marked():
        _count(batch, first)
        counted += len(batch)
    RollUp.objects.filter(day__lt=first).delete()
    return counted


def _marked() -> list[Marked]:
    """By group, so that a batch touches few of them. Read before the listings: what is written later stays marked."""
    rows = RollUpShare.objects.filter(marked__gt=F("counted")).order_by("marketplace", "category", "brand")
    columns = rows.values_list("id", "asin", "marked", "marketplace", "category", "brand")
    return [Marked(pk, asin, marked, Group(*group)) for pk, asin, marked, *group in columns[:BATCH]]


def _count(batch: Sequence[Marked], first: date) -> None:
    listings = _listings(batch)
    shares, gone, groups = [], [], {item.group for item in batch}
    for item in batch:
        listing = listings.get((item.asin, item.group.marketplace))
        if listing is None:
            gone.append(item.id)
            continue
        group = Group(listing.marketplace, listing.category, listing.brand)
        groups.add(group)
        packed = closes_of(listing, first).astype("<i4").tobytes()
        shares.append((*group[1:], item.marked, _day(first), packed, listing.median_90, item.asin, group.marketplace))
    with transaction.atomic():
        bulk.update(RollUpShare, _COUNTED, shares, key=("asin", "marketplace"))
        RollUpShare.objects.filter(id__in=gone).delete()
        _recount(groups, first)


def _listings(batch: Sequence[Marked]) -> dict[tuple[str, str], Listing]:
    columns = ["product_id", "marketplace", "category", "brand", "median_90", "source_minute", "product_type"]
    asins, codes = {item.asin for item in batch}, {item.group.marketplace for item in batch}
    rows = Listing.objects.filter(product_id__in=asins, marketplace__in=codes).only(
        *columns, "buybox_minute", "history_base", "history_tail"
    )
    wanted = {(item.asin, item.group.marketplace) for item in batch}
    return {key: row for row in rows.iterator(chunk_size=200) if (key := (row.product_id, row.marketplace)) in wanted}


def closes_of(listing: Listing, first: date) -> NDArray[np.int64]:
    """The closing reference prices of DAYS days; NOTHING or UNKNOWN as in `series.daily`."""
    series = of_listing(listing).get(reference_kind(buy_box_asked=listing.buybox_minute is not None))
    if series is None:
        return np.full(DAYS, UNKNOWN, dtype=np.int64)
    prices = closes(series, first, DAYS, until=listing.source_minute)
    known = np.flatnonzero(prices > UNKNOWN)
    if listing.product_type == GONE and len(known):
        prices[known[-1]] = NOTHING
    return prices


def _recount(groups: Collection[Group], first: date) -> None:
    """Add up the shares of these groups and replace their rows."""
    full, empty = [], []
    for group, shares in _shares(groups).items():
        for day, sums in _days(shares, first):
            if sums.listings:
                full.append((day, *group, *sums))
            else:
                empty.append((day, *group))
    bulk.upsert(RollUp, (*_KEY, *Sums._fields), full, key=_KEY, update=Sums._fields)
    bulk.delete(RollUp, empty, key=_KEY)


def _shares(groups: Collection[Group]) -> dict[Group, list[Share]]:
    """The shares of each group, in one query: groups of a batch lie close together, so it reads little beyond them."""
    found: dict[Group, list[Share]] = {group: [] for group in groups}
    wanted = {f"{name}__in": {getattr(group, name) for group in groups} for name in Group._fields}
    rows = RollUpShare.objects.filter(**wanted).values_list(*Group._fields, "first_day", "closes", "median_90")
    for *group, first_day, packed, median in rows.iterator():
        shares = found.get(Group(*group))
        if shares is not None:
            shares.append((first_day, packed, median or 0))
    return found


def _days(shares: Sequence[Share], first: date) -> Iterator[tuple[date, Sums]]:
    prices = np.full((len(shares), DAYS), UNKNOWN, dtype=np.int64)
    for row, (first_day, packed, _) in zip(prices, shares, strict=True):
        _lay(row, np.frombuffer(packed, dtype="<i4"), first_day - _day(first))
    medians = np.array([median for _, _, median in shares], dtype=np.int64)[:, None]
    for number, sums in enumerate(_sums(prices, medians)):
        yield first + timedelta(days=number), sums


def _lay(row: NDArray[np.int64], closes: NDArray[np.int32], shift: int) -> None:
    """Put the closes of another first day where they belong; what lies outside is dropped."""
    start, end = max(shift, 0), min(shift + len(closes), DAYS)
    if start < end:
        row[start:end] = closes[start - shift : end - shift]


def _sums(prices: NDArray[np.int64], medians: NDArray[np.int64]) -> Iterator[Sums]:
    """The numbers of each day; one row per listing, one column per day."""
    offered = prices >= 0
    below = np.where(offered & (medians > 0), (medians - prices) * 1000 // np.maximum(medians, 1), 0)
    columns = (
        np.count_nonzero(prices > UNKNOWN, axis=0),
        np.count_nonzero(offered, axis=0),
        np.where(offered, prices, 0).sum(axis=0),
        np.count_nonzero(below >= 100, axis=0),
        below.max(axis=0, initial=0),
    )
    return (Sums(*day) for day in zip(*(column.tolist() for column in columns), strict=True))


def _day(day: date) -> int:
    return (day - _KEEPAS_FIRST_DAY).days
