"""The page of a product: what a person needs to follow a flip by hand, and what it says when it cannot be priced."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arbitrage.economics.flip import Kind
from arbitrage.economics.table_loading import load_tables
from arbitrage.models import SellerProfile
from arbitrage.product_page.page import product_page
from products.models import Listing, Product
from tests import factories
from tests.factories import NOON

PATH = "/products/B0TEST0001/"


@pytest.fixture
def toy(db: None) -> Product:
    """Example 1A of economics.md 1.8: bought for 49.99 in IT, sold for 79.99 in DE."""
    product = factories.product()
    SellerProfile.objects.update(inbound=150, prep=0, storage=18)
    factories.listing(product, "IT", 4999)
    factories.listing(product, "DE", 7999)
    return product


def test_the_best_route_is_chosen(toy: Product) -> None:
    shown = product_page(toy, wanted="", profile_number="", now=NOON)

    assert shown.chosen is not None
    assert shown.chosen.name == "IT-DE"


def test_the_lines_add_up_to_the_net_profit(toy: Product) -> None:
    detail = product_page(toy, wanted="IT-DE", profile_number="", now=NOON).detail

    assert detail is not None
    assert (detail.flip.net, detail.max_buy, detail.break_even) == (936, 5087, 6644)
    assert sum(group.total for group in detail.groups if group.total is not None) == 936


def test_the_page_shows_every_line_with_its_rate_and_source(signed_in: Client, toy: Product) -> None:
    detail = product_page(toy, wanted="IT-DE", profile_number="", now=NOON).detail
    page = signed_in.get(PATH).content.decode()

    assert detail is not None
    for line in detail.flip.lines:
        assert line.label in page
        assert not line.valid_from or line.valid_from.isoformat() in page
    for shown in ("+€9.36", "€50.87", "22.03", "csv[1] NEW", "4999", "referralFeePercentage", "150000"):
        assert shown in page


def test_how_far_prices_may_move_and_where_sources_differ_is_said(signed_in: Client, toy: Product) -> None:
    size = {"package_length": 100, "package_width": 100, "package_height": 70, "package_weight": 400}
    Listing.objects.filter(product=toy, marketplace="DE").update(fba_fee=400, **size)

    page = signed_in.get(PATH, {"flip": "IT-DE"}).content.decode()

    assert "the sale price may fall by: 12.31 EUR" in page
    assert "most to pay to lose nothing: 60.36 EUR" in page
    assert "sources differ: FBA fee in DE: Keepa says 4.00, the tables 3.13" in page


def test_what_keepa_said_is_marked_where_it_is_used(toy: Product) -> None:
    detail = product_page(toy, wanted="IT-DE", profile_number="", now=NOON).detail

    assert detail is not None
    used = [(figure.marketplace, figure.value) for figure in detail.keepa if figure.used.startswith("the ")]
    assert used == [("IT", 4999), ("DE", 7999)]


def test_a_route_that_cannot_be_priced_says_what_it_needs(signed_in: Client, toy: Product) -> None:
    page = signed_in.get(PATH, {"flip": "DE-IT"}).content.decode()

    assert "cannot be priced" in page
    assert "It needs the EFN fee for a sale in IT (the package has no measures)" in page


@pytest.mark.parametrize("wanted", ["XX-YY", "DE-DE", "<script>", "it-de", ""])
def test_an_unknown_route_means_the_best_one(signed_in: Client, toy: Product, wanted: str) -> None:
    page = signed_in.get(PATH, {"flip": wanted, "profile": "x"}).content.decode()

    assert "Pay at most" in page
    assert "<script>" not in page.replace("<script defer", "").replace("<script src", "")


def test_an_opportunity_shows_its_score_and_reasons(signed_in: Client, toy: Product) -> None:
    reasons = [{"code": "strong_roi", "favourable": True, "text": "The ROI is well above the minimum."}]
    factories.opportunity(toy, reasons=reasons, profile=SellerProfile.objects.get(is_default=True))

    page = signed_in.get(PATH).content.decode()

    assert "open opportunity" in page
    assert "The ROI is well above the minimum." in page


def test_closed_opportunities_say_why(signed_in: Client, toy: Product) -> None:
    factories.opportunity(toy, state="closed", close_reason="source_rose", closed_at=NOON)

    assert "the source price rose" in signed_in.get(PATH).content.decode()


def test_every_listing_says_how_old_its_prices_are(signed_in: Client, toy: Product) -> None:
    toy.listings.filter(marketplace="DE").update(buybox_minute=None)

    page = signed_in.get(PATH).content.decode()

    assert "5 min ago" in page
    assert "not asked" in page


def test_a_product_without_prices_points_to_the_pipeline(signed_in: Client) -> None:
    factories.watch(factories.product())

    assert "Its first prices come with the next poll" in signed_in.get(PATH).content.decode()


@pytest.mark.parametrize("asin", ["B0NOTKNOWN", "x" * 300, "%00", "<b>"])
def test_an_unknown_product_is_not_found(signed_in: Client, asin: str) -> None:
    response = signed_in.get(f"/products/{asin}/")

    assert response.status_code == 404
    assert "Go to the watchlist" in response.content.decode()


def test_an_unchanged_product_is_not_sent_again(signed_in: Client, toy: Product) -> None:
    seen = signed_in.get(PATH).context["seen"]

    assert signed_in.get("/ui/products/B0TEST0001", {"version": seen}).status_code == 204
    assert signed_in.get("/ui/products/B0TEST0001/prices", {"version": seen}).status_code == 204
    assert signed_in.get("/ui/products/B0TEST0001", {"version": "0-0"}).status_code == 200


def test_a_refresh_brings_the_verdict_along(signed_in: Client, toy: Product) -> None:
    fragment = signed_in.get("/ui/products/B0TEST0001").content.decode()

    assert '<div id="verdict" hx-ext="morph" hx-swap-oob="morph">' in fragment
    assert "hx-swap-oob" not in signed_in.get(PATH).content.decode()


def test_the_page_takes_at_most_sixteen_queries(signed_in: Client, toy: Product) -> None:
    for code in ("ES", "UK", "FR"):
        factories.listing(toy, code, 6000)
    factories.opportunity(toy)
    load_tables()  # once a process, until one of them changes

    with CaptureQueriesContext(connection) as queries:
        signed_in.get(PATH)

    assert len(queries) <= 16


def test_bars_run_from_the_sale_to_the_net_profit(toy: Product) -> None:
    detail = product_page(toy, wanted="IT-DE", profile_number="", now=NOON).detail

    assert detail is not None
    bars = [bar for group in detail.groups if group.kind is not Kind.INFO for bar in group.bars if bar.width]
    assert (bars[0].x, bars[0].width, bars[0].kind) == (0, 1000, "up")
    assert {bar.kind for bar in bars[1:]} == {"down"}
    assert bars[-1].x == 1000 * 936 // 7999


def test_a_profile_that_cannot_be_used_says_why(signed_in: Client, toy: Product) -> None:
    SellerProfile.objects.update(fx_spread=2_000_000)
    assert "cannot be used: fx_spread is 2000000" in signed_in.get(PATH).content.decode()
