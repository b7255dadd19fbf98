"""The purchase VAT of one offer counts wherever its flip is priced: detector, product page, what-if, `explain`."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from arbitrage.detection.market import load_market
from arbitrage.detection.pricing import price_market
from arbitrage.detection.profile_terms import load
from arbitrage.lifecycle import Figures
from arbitrage.models import PurchaseOverride, SellerProfile
from arbitrage.product_page.page import product_page
from products.models import Product
from tests import factories

pytestmark = pytest.mark.django_db
LOST, KEPT = 35, 936
"""Example 1A of economics.md with the Italian VAT lost, and without."""


@pytest.fixture
def toys() -> list[Product]:
    """Two products that earn the same."""
    SellerProfile.objects.all().delete()
    factories.profile()
    toys = [factories.product(asin) for asin in ("B0TEST0001", "B0TEST0002")]
    for toy in toys:
        factories.listing(toy, "IT", 4999)
        factories.listing(toy, "DE", 7999)
    return toys


def detected(asin: str) -> int:
    market = load_market(["B0TEST0001", "B0TEST0002"], factories.NOON)
    figures = price_market(load(factories.NOON)[0], market).at(asin, ("IT", "DE"))
    assert isinstance(figures, Figures)
    return figures.net


def shown(product: Product) -> int:
    page = product_page(product, wanted="IT-DE", profile_number="", now=factories.NOON)
    assert page.detail
    return page.detail.flip.net


def test_without_one_both_earn_the_same(toys: list[Product]) -> None:
    assert [detected(toy.asin) for toy in toys] == [KEPT, KEPT]


def test_it_counts_for_its_own_product_in_the_kernel_and_on_the_page(toys: list[Product]) -> None:
    PurchaseOverride.objects.create(product=toys[0], source="IT", mode="GROSS_NOT_RECOVERABLE")
    assert [detected(toy.asin) for toy in toys] == [LOST, KEPT]
    assert [shown(toy) for toy in toys] == [LOST, KEPT]


def test_one_of_another_source_changes_nothing(toys: list[Product]) -> None:
    PurchaseOverride.objects.create(product=toys[0], source="ES", mode="GROSS_NOT_RECOVERABLE")
    assert detected(toys[0].asin) == shown(toys[0]) == KEPT


def test_one_that_cannot_be_priced_says_what_it_needs(toys: list[Product]) -> None:
    PurchaseOverride.objects.create(product=toys[0], source="IT", mode="EXPORT_ZERO_RATED")
    page = product_page(toys[0], wanted="IT-DE", profile_number="", now=factories.NOON)
    assert page.chosen
    assert page.chosen.incomplete
    assert "a purchase VAT that fits IT to DE, instead of EXPORT_ZERO_RATED" in page.chosen.incomplete.sentence()


def test_explain_prints_it(toys: list[Product]) -> None:
    PurchaseOverride.objects.create(product=toys[0], source="IT", mode="GROSS_NOT_RECOVERABLE")
    out = StringIO()
    call_command("explain", "B0TEST0001", "IT", "DE", stdout=out)
    assert "purchase VAT GROSS_NOT_RECOVERABLE" in out.getvalue()
    assert "0.35 EUR" in out.getvalue()


def test_the_product_page_names_it(toys: list[Product], admin_client: Client) -> None:
    PurchaseOverride.objects.create(product=toys[0], source="IT", mode="GROSS_NOT_RECOVERABLE", note="no invoice")
    page = admin_client.get("/products/B0TEST0001/?flip=IT-DE").content.decode()
    assert "purchase VAT set for this offer" in page
