"""What a batch of raw records leaves in the tables and in the log."""

from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arbitrage_site.clock import moment_of
from ingestion.enrichment import fold, rows
from ingestion.enrichment.changes import finished
from ingestion.enrichment.snapshots import snapshot_of
from ingestion.enrichment.state import ListingState
from ingestion.models import LogRecord
from products.models import Listing, PollTarget, Product
from products.series import NEW, of_listing, same
from products.services import watch
from tests.ingestion.enrichment.consuming import consume, events
from tests.ingestion.enrichment.raw import ASIN, MINUTE, NOW, buy_box, csv_of, keepa_product, record
from tests.ingestion.enrichment.truth import Truth, truths

pytestmark = pytest.mark.django_db
SINCE = MINUTE - 100 * 1440


def test_a_record_becomes_a_listing_a_product_and_an_event() -> None:
    consume([record()])

    listing = Listing.objects.get(product_id=ASIN, marketplace="DE")
    assert (listing.new, listing.currency, listing.offers, listing.reference) == (2000, "EUR", 3, 2000)
    assert (listing.median_90, listing.in_stock_90, listing.stock_days) == (2000, 1000, 100)
    assert (listing.referral_rate, listing.fba_fee, listing.package_weight) == (150_100, 350, 900)
    assert Product.objects.get(asin=ASIN).search_text == " kettle de bruhl b000000001 4004122159147 "
    (event,) = events()
    assert (event.asin, event.cause, event.changed, event.listings["DE"].new) == (ASIN, "observed", ["DE"], 2000)
    assert event.listings["DE"].observed_at == moment_of(MINUTE)


def test_one_event_per_product_and_batch_with_all_known_listings() -> None:
    consume([record(code="FR"), record(code="DE", offset=1)])
    consume([record(code="UK", offset=2), record(asin="B000000002", offset=3)])

    changed = [(event.asin, event.changed, list(event.listings)) for event in events()]
    assert changed[0] == (ASIN, ["DE", "FR"], ["DE", "FR"])
    assert sorted(changed[1:]) == [(ASIN, ["UK"], ["DE", "UK", "FR"]), ("B000000002", ["DE"], ["DE"])]


def test_texts_come_from_the_first_marketplace_that_has_them_whatever_came_first() -> None:
    consume([record(code="FR"), record(code="IT", offset=1, product=keepa_product(code="IT", title=None))])
    assert Product.objects.get().title == "Kettle FR"
    consume([record(code="DE", offset=2)])
    assert Product.objects.get().title == "Kettle DE"


def test_a_snapshot_without_news_moves_times_and_windows_and_tells_nobody() -> None:
    consume([record(minute=MINUTE - 60)])
    before = Listing.objects.get()
    version = Product.objects.get().document_version

    consume([record(offset=1)], NOW + timedelta(hours=1))

    after = Listing.objects.get()
    assert (after.source_minute, after.base_offset, after.checked_at) == (MINUTE, 1, moment_of(MINUTE))
    assert (after.changed_at, bytes(after.history_base)) == (before.changed_at, bytes(before.history_base))
    assert len(events()) == 1
    assert Product.objects.get().document_version == version


def test_new_points_go_to_the_tail_and_leave_the_base() -> None:
    consume([record(minute=MINUTE - 60)])
    before = Listing.objects.get()
    product = keepa_product(csv=csv_of({NEW: [SINCE, 2000, MINUTE - 5, 1800]}))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        consume([record(offset=1, product=product)])

    after = Listing.objects.get()
    assert bytes(after.history_base) == bytes(before.history_base)
    assert not any("UPDATE" in query["sql"] and "history_base" in query["sql"] for query in queries)
    assert of_listing(after)[NEW].values.tolist() == [2000, 1800]
    assert after.new == 1800


def test_an_older_point_and_a_long_tail_are_folded_into_the_base() -> None:
    consume([record()])
    older = keepa_product(csv=csv_of({NEW: [SINCE - 1440, 1500]}))
    consume([record(offset=1, minute=MINUTE - 60, product=older)])
    listing = Listing.objects.get()
    assert (bytes(listing.history_tail), of_listing(listing)[NEW].values.tolist()) == (b"", [1500, 2000])

    minutes = range(MINUTE - 3000, MINUTE, 5)
    prices = Random(1)  # noqa: S311 - a test's prices
    many = keepa_product(csv=csv_of({NEW: [n for minute in minutes for n in (minute, prices.randint(900, 9000))]}))
    consume([record(offset=2, product=many)])
    listing = Listing.objects.get()
    assert (bytes(listing.history_tail), listing.history_base_until) == (b"", MINUTE - 5)


def test_the_buy_box_is_the_reference_from_the_first_time_it_was_asked() -> None:
    consume([record(minute=MINUTE - 60)])
    assert Listing.objects.get().reference == 2000

    csv = csv_of({NEW: [SINCE, 2000], **buy_box((SINCE, 2400, 350), (MINUTE - 90, -1, -1))})
    stats = {"buyBoxPrice": -1, "buyBoxSellerId": "-1", "buyBoxIsFBA": None}
    consume([record(offset=1, asked=["history", "buybox"], product=keepa_product(csv=csv, stats=stats))])

    listing = Listing.objects.get()
    assert (listing.buy_box, listing.reference, listing.buy_box_seller) == (None, None, "")
    assert (listing.median_90, listing.new) == (2750, 2000)


def test_a_product_that_is_gone_has_no_price_but_keeps_its_history() -> None:
    consume([record(minute=MINUTE - 60)])
    consume([record(offset=1, product={"asin": ASIN, "domainId": 3, "productType": 4})])
    listing = Listing.objects.get()
    assert (listing.product_type, listing.new, listing.offers, listing.reference) == (4, None, None, None)
    assert of_listing(listing)[NEW].values.tolist() == [2000]
    assert not events()[-1].listings["DE"].in_stock


def test_a_gap_asks_for_the_whole_history_again() -> None:
    watch([ASIN], origin="page", now=NOW, marketplaces=["DE"])
    PollTarget.objects.update(full_history_wanted=False)
    consume([record(minute=MINUTE - 9000)])
    assert not PollTarget.objects.get().full_history_wanted

    consume([record(offset=1, history_from=MINUTE - 4000)])
    assert PollTarget.objects.get().full_history_wanted
    assert Listing.objects.get().base_from == MINUTE - 4000


def test_a_repeat_is_counted_as_superseded_and_changes_nothing() -> None:
    consume([record()])
    before = Listing.objects.values().get()
    assert consume([record()]).superseded == 1
    assert Listing.objects.values().get() == before
    assert len(events()) == 1


def test_a_bad_record_is_set_aside_alone() -> None:
    bad = record(code="FR", offset=1, product=keepa_product(code="FR", csv=csv_of({NEW: [MINUTE + 90, 1]})))
    effects = consume([record(), bad, record(code="IT", offset=2)])
    assert [each.offset for each, _ in effects.set_aside] == [1]
    assert list(Listing.objects.order_by("marketplace").values_list("marketplace", flat=True)) == ["DE", "IT"]


def test_the_number_of_queries_does_not_grow_with_the_batch() -> None:
    def queries(count: int, first: int) -> int:
        batch = [record(asin=f"B{first + n:09}", offset=first + n) for n in range(count)]
        with CaptureQueriesContext(connection) as captured:
            consume(batch)
        return sum(not query["sql"].startswith(("SAVEPOINT", "RELEASE")) for query in captured)

    queries(30, 0)
    few, many = queries(12, 100), queries(120, 300)
    assert many - few <= 24


def test_ids_of_events_follow_from_the_record() -> None:
    consume([record(offset=4)])
    first = events()[0].event_id
    LogRecord.objects.all().delete()
    Listing.objects.all().delete()
    consume([record(offset=4)])
    assert events()[0].event_id == first


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(truth=truths(), data=st.data())
def test_any_order_and_any_batches_leave_the_rows_of_a_fold_in_order(truth: Truth, data: st.DataObject) -> None:
    Listing.objects.all().delete()
    records = truth.records()
    waiting = data.draw(st.permutations(records + data.draw(st.lists(st.sampled_from(records), max_size=4))))
    while waiting:
        size = data.draw(st.integers(1, len(waiting)))
        consume(waiting[:size])
        waiting = waiting[size:]

    state: ListingState | None = None
    for each in records:
        state = fold(state, snapshot_of(each))
    assert state is not None
    expected = finished(None, state).after
    found = rows.load([(ASIN, truth.code)])[ASIN, truth.code]
    assert same(found.state.history, expected.state.history)
    assert (found.current, found.windows) == (expected.current, expected.windows)
    assert (found.state.base, found.state.buybox, found.state.offers) == (state.base, state.buybox, state.offers)
    assert (found.state.guards, found.state.coverage) == (state.guards, state.coverage)
    assert (found.state.source_minute, found.state.checked_at) == (state.source_minute, state.checked_at)
