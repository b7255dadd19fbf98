"""What the kept columns show after changes of listings and of the watchlist."""

from dataclasses import fields
from datetime import timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arbitrage.economics.kernel import INDEX, Columns
from arbitrage.models import TablesStamp
from arbitrage.whatif.snapshot import ColumnSnapshot, keeper, refreshed
from ingestion.models import LogEpoch, LogPosition, LogRecord
from products.models import Listing, Product
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def polled(asin: str, offset: int, partition: int = 3) -> None:
    """The trace of one raw record that the enrichment took in."""
    topic = "raw.keepa_updates"
    LogRecord.objects.create(topic=topic, partition=partition, offset=offset, key=asin, value=b"", timestamp=NOON)
    LogPosition.objects.update_or_create(
        group="enrichment-consumer", topic=topic, partition=partition, defaults={"next_offset": offset + 1}
    )


def watched(number: int, price: int = 1000) -> Product:
    product = factories.product(f"B0TEST{number:04d}")
    factories.watch(product)
    factories.listing(product, "DE", price)
    return product


def buys(snapshot: ColumnSnapshot) -> dict[str, int]:
    return dict(zip(snapshot.asins, snapshot.columns.buy[INDEX["DE"]].tolist(), strict=True))


def test_only_the_products_that_were_polled_are_read_again() -> None:
    one, two = watched(1), watched(2)
    before = keeper.current(NOON)
    Listing.objects.update(new=2000)
    polled(two.asin, 0)
    after = keeper.current(NOON)
    assert buys(after) == {one.asin: 1000, two.asin: 2000}
    assert buys(before) == {one.asin: 1000, two.asin: 1000}


def test_nothing_new_costs_four_queries_and_gives_the_same_snapshot() -> None:
    watched(1)
    first = keeper.current(NOON)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert keeper.current(NOON) is first
    assert len(queries) == 4


def test_new_and_removed_watches_are_followed() -> None:
    one, two = watched(1), watched(2)
    keeper.current(NOON)
    two.watch.delete()
    three = watched(3, 3000)
    assert buys(keeper.current(NOON)) == {one.asin: 1000, three.asin: 3000}


def test_a_first_watch_after_an_empty_list() -> None:
    assert keeper.current(NOON).asins == ()
    one = watched(1)
    assert buys(keeper.current(NOON)) == {one.asin: 1000}


def test_records_that_were_pruned_meanwhile_make_it_read_everything() -> None:
    one, two = watched(1), watched(2)
    keeper.current(NOON)
    Listing.objects.update(new=2000)
    polled(one.asin, 0)
    polled(two.asin, 1)
    LogRecord.objects.filter(offset=0).delete()
    assert buys(keeper.current(NOON)) == {one.asin: 2000, two.asin: 2000}


def test_a_log_begun_anew_makes_it_read_everything() -> None:
    one = watched(1)
    keeper.current(NOON)
    Listing.objects.update(new=2000)
    LogEpoch.objects.update_or_create(pk=1, defaults={"epoch": 7})
    assert buys(keeper.current(NOON)) == {one.asin: 2000}


def test_another_day_or_changed_fee_tables_make_it_read_everything() -> None:
    """The columns hold fees of the tables of a day."""
    one = watched(1)
    keeper.current(NOON)
    Listing.objects.update(new=2000)
    assert buys(keeper.current(NOON + timedelta(days=1))) == {one.asin: 2000}
    Listing.objects.update(new=3000)
    TablesStamp.objects.all().delete()
    TablesStamp.objects.create()
    assert buys(keeper.current(NOON + timedelta(days=1))) == {one.asin: 3000}


def test_pieces_add_up_to_what_a_whole_reading_gives() -> None:
    """Random changes, each followed by a refresh."""
    products = [watched(number) for number in range(6)]
    kept = refreshed(None, NOON)
    for offset, product in enumerate([products[4], products[0], products[5], products[4]]):
        Listing.objects.filter(product=product).update(new=3000 + offset, source_minute=offset, fba_fee=400 + offset)
        polled(product.asin, offset)
        if offset == 2:
            products[1].watch.delete()
        kept = refreshed(kept, NOON)
    whole = refreshed(None, NOON)
    assert kept.asins == whole.asins
    for column in fields(Columns):
        assert np.array_equal(getattr(kept.columns, column.name), getattr(whole.columns, column.name)), column.name
    assert np.array_equal(kept.minutes, whole.minutes)


def test_a_listing_is_stale_after_a_day() -> None:
    """It was looked at five minutes before noon."""
    watched(1)
    snapshot = keeper.current(NOON)
    day = NOON + timedelta(hours=23, minutes=55)
    assert snapshot.fresh(day)[INDEX["DE"], 0]
    assert not snapshot.fresh(day + timedelta(minutes=1))[INDEX["DE"], 0]
    assert not snapshot.fresh(NOON)[INDEX["IT"], 0]
