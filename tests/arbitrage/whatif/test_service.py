"""The ranking against the detector, and what a change of the scenario does to it."""

import random
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arbitrage.detection import recompute
from arbitrage.detection.consumer import DetectionConsumer
from arbitrage.economics.flip import evaluate
from arbitrage.economics.inputs import build_inputs
from arbitrage.economics.loading import load_rates, profile_of
from arbitrage.economics.missing import Incomplete
from arbitrage.models import Opportunity, PurchaseOverride, SellerProfile
from arbitrage.rate_files.loading import load
from arbitrage.whatif.asked import read_asked
from arbitrage.whatif.service import RankedFlip, Ranking, rank
from arbitrage.whatif.shifting import shifted_inputs
from arbitrage.whatif.terms import NotPriced
from ingestion.eventlog.owners import new_owner
from ingestion.eventlog.sql import SqlReader
from ingestion.runner.loop import Runner
from products.models import Listing
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def ranked(limit: int = 1000, **given: str) -> Ranking:
    asked = read_asked({name: [text] for name, text in given.items()})
    assert not asked.errors
    return rank(asked, NOON, limit=limit)


def stock(count: int = 40, *, prices: tuple[int, int] = (1500, 9000), **given: Any) -> None:
    """Watched products on three marketplaces with prices that make some flips pay."""
    dice = random.Random(7)  # noqa: S311 - prices of a test
    factories.fx()
    for number in range(count):
        product = factories.product(f"B0TEST{number:04d}")
        factories.watch(product)
        for code in ("DE", "IT", "UK"):
            factories.listing(product, code, dice.randint(*prices), **given)


def open_opportunities() -> dict[tuple[str, str, str], tuple[int, int, int, int, int | None]]:
    """What the detector opens for the default profile, read from the real log."""
    recompute.request(sorted(Listing.objects.values_list("product_id", flat=True).distinct()), NOON)
    consumer = DetectionConsumer()
    reader = SqlReader(consumer.group, consumer.topics, new_owner())
    while Runner(consumer, reader).turn(NOON + timedelta(seconds=1)):
        pass
    reader.close()
    rows = Opportunity.objects.filter(state="open", profile__is_default=True)
    return {
        (row.product_id, row.source, row.target): (row.net, row.net_eur, row.roi, row.margin, row.max_buy)
        for row in rows
    }


def test_the_unchanged_profile_ranks_exactly_what_the_detector_opens(trader: SellerProfile) -> None:
    stock()
    ranking = ranked()
    rows = {
        (row.asin, row.source, row.target): (row.net, row.net_eur, row.roi, row.margin, row.max_buy)
        for row in ranking.rows
    }
    assert len(rows) > 10
    assert rows == open_opportunities()
    assert {row.change_eur for row in ranking.rows} == {0}
    assert ranking.totals.qualify_before == ranking.totals.qualify_after == ranking.count == len(rows)


CHANGES = [
    {"prep": "1.00"},
    {"country": "IT", "show": "all"},
    {"fulfilment": "FBA_EFN", "show": "all"},
    {"regime": "SMALL_BUSINESS", "show": "all"},
    {"sell_offset": "-5", "show": "all"},
    {"buy_offset": "7.25", "fx_spread": "1.5", "show": "all"},
    {"min_roi": "5", "min_profit": "1"},
    {"purchase_vat": "IT:GROSS_NOT_RECOVERABLE", "show": "all"},
]


def assert_rows_in_decimal(change: dict[str, str]) -> None:
    """Every row of the list is its flip in Decimal under the scenario."""
    asked = read_asked({name: [text] for name, text in change.items()})
    profile, rates = profile_of(asked.scenario.applied(asked.base)), load_rates()
    listings = {(row.product_id, row.marketplace): row for row in Listing.objects.all()}
    rows = rank(asked, NOON, limit=500).rows
    assert rows
    for row in rows:
        inputs = build_inputs(listings[row.asin, row.source], listings[row.asin, row.target], profile, rates, NOON)
        assert not isinstance(inputs, Incomplete)
        flip = evaluate(shifted_inputs(inputs, asked.scenario))
        assert (row.net, row.net_eur, row.roi, row.margin) == (flip.net, flip.net_eur, flip.roi, flip.margin)
        assert (row.buy_price, row.sell_price) == (flip.inputs.buy, flip.inputs.sale)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_every_row_is_the_flip_in_decimal_under_the_scenario(trader: SellerProfile, change: dict[str, str]) -> None:
    stock(15)
    assert_rows_in_decimal(change)


@pytest.mark.parametrize("offset", ["-12", "9.99"])
def test_offsets_that_cross_the_thresholds_of_the_fee_tables(trader: SellerProfile, offset: str) -> None:
    """Fees move with the price: referral segments, least fees, and the low price of small parcels."""
    load()
    stock(30, prices=(800, 2400), package_length=200, package_width=120, package_height=20, package_weight=150)
    Listing.objects.filter(product__asin__endswith="5").update(category="Beauty", referral_rate=None, fba_fee=None)
    assert_rows_in_decimal({"sell_offset": offset, "show": "all"})


@pytest.mark.parametrize("days", ["15", "90"])
def test_storage_by_volume_is_the_one_in_decimal(trader: SellerProfile, days: str) -> None:
    load()
    stock(20, package_length=300, package_width=220, package_height=100, package_weight=850)
    assert_rows_in_decimal({"storage": "", "storage_days": days, "show": "all"})
    assert ranked(storage="", storage_days=days, show="all").rows != ranked(show="all").rows


def test_dearer_preparation_lowers_each_profit_by_itself_and_moves_the_totals(trader: SellerProfile) -> None:
    stock()
    before, after = ranked(show="all"), ranked(show="all", prep="2.50")
    assert {row.change_eur for row in after.rows if row.currency == "EUR"} == {-250}
    assert after.totals.qualify_before == before.totals.qualify_after
    assert after.totals.qualify_after < before.totals.qualify_after
    assert after.totals.lost == after.totals.qualify_before - after.totals.qualify_after + after.totals.newly


def test_the_maximum_buy_price_follows_the_target(trader: SellerProfile) -> None:
    stock(20)
    easy = {(row.asin, row.source, row.target): row.max_buy for row in ranked(target_roi="5").rows}
    hard = {(row.asin, row.source, row.target): row.max_buy for row in ranked(target_roi="50").rows}
    assert easy
    assert all((hard[key] or 0) < (most or 0) for key, most in easy.items())


def test_lost_flips_are_listed_even_where_the_scenario_cannot_price_them(trader: SellerProfile) -> None:
    stock()
    ranking = ranked(vat_registrations="DE", show="lost")
    assert ranking.count == ranking.totals.lost > 0
    assert {row.net for row in ranking.rows if row.target == "UK"} == {None}
    assert all(row.qualified_before and not row.qualifies for row in ranking.rows)
    assert "VAT registration in UK" in {entry.text for route in ranking.unpriced for entry in route.missing}


@pytest.mark.parametrize(("sort", "key"), [("net", "net_eur"), ("roi", "roi"), ("change", "change_eur")])
def test_the_largest_comes_first(trader: SellerProfile, sort: str, key: str) -> None:
    stock(20)
    values = [getattr(row, key) for row in ranked(sort=sort, show="all", uses_oss="no", sell_offset="10").rows]
    assert values == sorted(values, reverse=True)


def room_to_pay(row: RankedFlip) -> float:
    return (row.max_buy or 0) / row.buy_price


def room_to_fall(row: RankedFlip) -> float:
    return -(row.break_even or 0) / row.sell_price


@pytest.mark.parametrize(("sort", "room"), [("pay", room_to_pay), ("fall", room_to_fall)])
@pytest.mark.parametrize("show", ["all", "qualify"])
def test_the_flip_that_bears_most_comes_first(
    trader: SellerProfile, sort: str, room: Callable[[RankedFlip], float], show: str
) -> None:
    stock(20)
    asin = ranked().rows[0].asin
    PurchaseOverride.objects.create(product_id=asin, source="IT", mode="GROSS_NOT_RECOVERABLE")
    rows = [row for row in ranked(limit=500, sort=sort, show=show).rows if row.max_buy and row.break_even]
    values = [round(room(row), 3) for row in rows]
    assert len(rows) > 5
    assert all(first >= second - 0.002 for first, second in pairwise(values))
    assert {asin} & {row.asin for row in rows if row.source == "IT"} or show == "qualify"


def test_pages_follow_each_other_and_one_past_the_end_is_the_last(trader: SellerProfile) -> None:
    stock(20)
    whole = [(row.asin, row.source, row.target) for row in ranked(show="all").rows]
    pages = [ranked(limit=7, show="all", page=str(number)).rows for number in (1, 2, 3)]
    assert [(row.asin, row.source, row.target) for rows in pages for row in rows] == whole[:21]
    last = ranked(limit=7, show="all", page="9999")
    assert last.page == last.pages == -(-len(whole) // 7)


def test_the_list_can_be_about_some_routes(trader: SellerProfile) -> None:
    stock(20)
    ranking = ranked(source="IT", target="DE", show="all")
    assert {(row.source, row.target) for row in ranking.rows} == {("IT", "DE")}
    assert ranking.totals.qualify_before < ranked().totals.qualify_before


def test_what_is_stale_or_sold_out_is_not_listed(trader: SellerProfile) -> None:
    stock(2)
    Listing.objects.filter(product_id="B0TEST0000").update(source_minute=1)
    Listing.objects.filter(product_id="B0TEST0001", marketplace="IT").update(new=None, amazon=None)
    assert {(row.asin, row.source) for row in ranked(show="all").rows} <= {("B0TEST0001", "DE"), ("B0TEST0001", "UK")}


def test_an_empty_watchlist_is_an_empty_list(trader: SellerProfile) -> None:
    ranking = ranked(prep="1")
    assert (ranking.count, ranking.rows, ranking.products, ranking.pages) == (0, [], 0, 1)


def test_looking_saves_nothing_and_asks_little(trader: SellerProfile) -> None:
    stock(20)
    ranked()
    with CaptureQueriesContext(connection) as queries:
        ranked(prep="1.00", country="FR")
    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)
    assert len(queries) <= 10
    trader.refresh_from_db()
    assert (trader.prep, trader.country) == (0, "DE")


def test_a_profile_that_cannot_be_used_is_refused_with_a_sentence(trader: SellerProfile) -> None:
    SellerProfile.objects.update(fx_spread=5_000_000)
    with pytest.raises(NotPriced, match="fx_spread is 5000000"):
        ranked()
