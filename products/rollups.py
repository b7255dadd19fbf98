"""Roll-ups: listings per UTC day, marketplace, category and brand, over 30 days.

A listing counts on every day up to that of its newest snapshot on which its reference price is known. Its share (the
closing prices of 30 days) is kept, so that a new snapshot costs one listing's history and the shares of its group.
Discounts are against the median of 90 days that the listing has now, on all days.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import numpy as np
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from numpy.typing import NDArray

from products import bulk
from products.models import Listing, RollUp, RollUpShare
from products.series import daily, of_listing, reference_kind
from products.series.daily import NOTHING, UNKNOWN

DAYS = 30
BATCH = 500
GONE = 4
"""Keepa's productType of what is gone."""

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
        closes = closes_of(listing, first).astype("<i4").tobytes()
        shares.append((*group[1:], item.marked, _day(first), closes, listing.median_90, item.id))
    with transaction.atomic():
        bulk.update(RollUpShare, _COUNTED, shares, key=("id",))
        RollUpShare.objects.filter(id__in=gone).delete()
        _recount(groups, first)


def _listings(batch: Sequence[Marked]) -> dict[tuple[str, str], Listing]:
    columns = ["product_id", "marketplace", "category", "brand", "median_90", "source_minute", "product_type"]
    rows = Listing.objects.filter(product_id__in={item.asin for item in batch}).only(
        *columns, "buybox_minute", "history_base", "history_tail"
    )
    wanted = {(item.asin, item.group.marketplace) for item in batch}
    return {key: row for row in rows.iterator(chunk_size=200) if (key := (row.product_id, row.marketplace)) in wanted}


def closes_of(listing: Listing, first: date) -> NDArray[np.int64]:
    """The closing reference prices of DAYS days; NOTHING or UNKNOWN as in `series.daily`."""
    series = of_listing(listing).get(reference_kind(buy_box_asked=listing.buybox_minute is not None))
    if series is None:
        return np.full(DAYS, UNKNOWN, dtype=np.int64)
    closes = daily(series, first, DAYS, until=listing.source_minute).close
    known = np.flatnonzero(closes > UNKNOWN)
    if listing.product_type == GONE and len(known):
        closes[known[-1]] = NOTHING
    return closes


def _recount(groups: Iterable[Group], first: date) -> None:
    """Add up the shares of these groups and replace their rows."""
    full, empty = [], []
    for group in groups:
        for day, sums in _days(group, first):
            if sums.listings:
                full.append((day, *group, *sums))
            else:
                empty.append((day, *group))
    bulk.upsert(RollUp, (*_KEY, *Sums._fields), full, key=_KEY, update=Sums._fields)
    bulk.delete(RollUp, empty, key=_KEY)


def _days(group: Group, first: date) -> Iterator[tuple[date, Sums]]:
    rows = RollUpShare.objects.filter(**group._asdict()).values_list("first_day", "closes", "median_90")
    shares = list(rows)
    closes = np.full((len(shares), DAYS), UNKNOWN, dtype=np.int64)
    for row, (first_day, packed, _) in zip(closes, shares, strict=True):
        _lay(row, np.frombuffer(packed, dtype="<i4"), first_day - _day(first))
    medians = np.array([median or 0 for _, _, median in shares], dtype=np.int64)[:, None]
    for number in range(DAYS):
        yield first + timedelta(days=number), _sums(closes[:, number : number + 1], medians)


def _lay(row: NDArray[np.int64], closes: NDArray[np.int32], shift: int) -> None:
    """Put the closes of another first day where they belong; what lies outside is dropped."""
    start, end = max(shift, 0), min(shift + len(closes), DAYS)
    if start < end:
        row[start:end] = closes[start - shift : end - shift]


def _sums(closes: NDArray[np.int64], medians: NDArray[np.int64]) -> Sums:
    offered = closes >= 0
    below = np.where(offered & (medians > 0), (medians - closes) * 1000 // np.maximum(medians, 1), 0)
    return Sums(
        listings=int(np.count_nonzero(closes > UNKNOWN)),
        in_stock=int(np.count_nonzero(offered)),
        close_total=int(closes[offered].sum()),
        discounted=int(np.count_nonzero(below >= 100)),
        largest_discount=int(below.max(initial=0)),
    )


def _day(day: date) -> int:
    return (day - _KEEPAS_FIRST_DAY).days
