"""Roll-ups equal a full recount, however listings changed in between."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arbitrage_site.clock import minute_of
from products.models import Listing, Product, RollUp, RollUpShare
from products.rollups import DAYS, Group, mark, roll_up
from products.series import BUY_BOX, NEW, History, first_minute_of, of_listing, pack, series_of
from products.tasks import roll_up as task
from tests.factories import NOON, listing, product

pytestmark = pytest.mark.django_db
NOW_MINUTE = minute_of(NOON)
FIRST = NOON.date() - timedelta(days=DAYS - 1)
Row = tuple[int, int, int, int, int]


def put(asin: str, code: str, points: Sequence[tuple[int, int]], **given_: Any) -> None:
    """Write a listing as the enrichment would, and mark it. Minutes are given as days before noon."""
    minutes = sorted({NOW_MINUTE - days * 1440 - 7: price for days, price in points}.items())
    kind = BUY_BOX if given_.get("buybox_minute", True) else NEW
    history: History = {kind: series_of(*zip(*minutes, strict=True))} if minutes else {}
    owner = Product.objects.filter(pk=asin).first() or product(asin)
    Listing.objects.filter(product=owner, marketplace=code).delete()
    row = listing(owner, code, **{"history_base": pack(history), "source_minute": NOW_MINUTE, **given_})
    mark([(asin, Group(code, row.category, row.brand))])


def close_of(row: Listing, day: date) -> int | None:
    """The price at the end of a day as far as it is known: None unknown, -1 nothing on offer."""
    series = of_listing(row).get(BUY_BOX if row.buybox_minute is not None else NEW)
    start = first_minute_of(day)
    until = min(start + 1440, row.source_minute)
    if series is None or until <= start:
        return None
    known = [value for at, value in zip(series.minutes.tolist(), series.values.tolist(), strict=True) if at < until]
    return known[-1] if known else None


def recount() -> dict[tuple[date, str, str, str], Row]:
    """Everything from the listings, one at a time."""
    found: dict[tuple[date, str, str, str], list[tuple[int, int]]] = {}
    for row in Listing.objects.all():
        for day in (FIRST + timedelta(days=number) for number in range(DAYS)):
            close = close_of(row, day)
            if close is not None:
                below = (row.median_90 - close) * 1000 // row.median_90 if close >= 0 and row.median_90 else 0
                found.setdefault((day, row.marketplace, row.category, row.brand), []).append((close, below))
    return {
        key: (
            len(closes),
            sum(close >= 0 for close, _ in closes),
            sum(close for close, _ in closes if close >= 0),
            sum(below >= 100 for _, below in closes),
            max(0, *(below for _, below in closes)),
        )
        for key, closes in found.items()
    }


def stored() -> dict[tuple[date, str, str, str], Row]:
    columns = ("day", "marketplace", "category", "brand", "listings", "in_stock", "close_total", "discounted")
    rows = RollUp.objects.values_list(*columns, "largest_discount")
    return {row[:4]: row[4:] for row in rows}


_changes = st.tuples(
    st.sampled_from(["B000000001", "B000000002", "B000000003"]),
    st.sampled_from(["DE", "UK"]),
    st.lists(st.tuples(st.integers(0, 45), st.integers(-1, 50)), max_size=6),
    st.fixed_dictionaries(
        {
            "brand": st.sampled_from(["", "Acme"]),
            "category": st.sampled_from(["Toys", "Küche"]),
            "median_90": st.one_of(st.none(), st.integers(0, 50)),
            "source_minute": st.integers(NOW_MINUTE - 20 * 1440, NOW_MINUTE),
            "buybox_minute": st.sampled_from([None, NOW_MINUTE]),
        }
    ),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(st.lists(_changes, max_size=4), min_size=1, max_size=4), gone=st.booleans())
def test_roll_ups_equal_a_full_recount(
    rounds: list[list[tuple[str, str, list[tuple[int, int]], dict[str, Any]]]], gone: bool
) -> None:
    for model in (Listing, RollUp, RollUpShare):
        model.objects.all().delete()
    for changes in rounds:
        for asin, code, points, fields in changes:
            put(asin, code, points, **fields)
        roll_up(NOON)
        assert stored() == recount()
    if gone:
        Product.objects.filter(pk="B000000001").delete()
        roll_up(NOON)
        assert stored() == recount()


@pytest.mark.parametrize(("price", "discounted", "largest"), [(900, 1, 100), (901, 0, 99), (1200, 0, 0)])
def test_a_tenth_below_the_median_is_a_discount(price: int, discounted: int, largest: int) -> None:
    put("B000000001", "DE", [(0, price)], median_90=1000)
    roll_up(NOON)
    assert RollUp.objects.values_list("discounted", "largest_discount").get() == (discounted, largest)


def test_only_listings_with_a_newer_snapshot_are_counted_again() -> None:
    put("B000000001", "DE", [(3, 900)])
    put("B000000002", "DE", [(3, 800)])
    assert (roll_up(NOON), roll_up(NOON)) == (2, 0)
    put("B000000001", "DE", [(3, 900), (1, 850)])
    assert roll_up(NOON) == 1


def test_days_beyond_thirty_are_forgotten() -> None:
    put("B000000001", "DE", [(40, 900)])
    roll_up(NOON)
    assert RollUp.objects.count() == DAYS
    roll_up(NOON + timedelta(days=10))
    assert RollUp.objects.count() == DAYS - 10


def test_the_task_counts_what_is_marked() -> None:
    put("B000000001", "DE", [(40, 900)])
    task()
    assert not RollUpShare.objects.exclude(counted=1).exists()


def test_what_is_gone_is_out_of_stock_on_its_last_day() -> None:
    put("B000000001", "DE", [(2, 900)], product_type=4)
    roll_up(NOON)
    days = RollUp.objects.order_by("day").values_list("listings", "in_stock")
    assert list(days) == [(1, 1), (1, 1), (1, 0)]
