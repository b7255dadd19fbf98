"""What `explain` prints and what the product page shows of a score is the same, stored or made now."""

from html import unescape
from io import StringIO
from uuid import uuid4

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from arbitrage.detection.consumer import DetectionConsumer
from arbitrage.models import BlockedBrand, Opportunity, SellerProfile
from arbitrage.product_page.page import product_page
from arbitrage.scoring.presentation import Shown
from ingestion.eventlog.base import Record
from ingestion.events import ProductEnriched, encode
from products.models import Product
from tests import factories
from tests.factories import NOON

pytestmark = pytest.mark.django_db
ASIN = "B0TEST0001"


@pytest.fixture
def toy() -> Product:
    """Example 1A of economics.md 1.8 with a year of history on the target."""
    product = factories.product(ASIN)
    SellerProfile.objects.update(inbound=150, prep=0, storage=18)
    factories.listing(product, "IT", 4999, brand="Acme")
    factories.listing(product, "DE", 7999, history_base=factories.history(7999), return_rate=2)
    return product


def detect() -> None:
    event = ProductEnriched(event_id=uuid4(), occurred_at=NOON, asin=ASIN, cause="recompute")
    record = Record("products.enriched", 3, 0, ASIN, encode(event), NOON, 1)
    effects = DetectionConsumer().prepare([record], NOON)
    with transaction.atomic():
        effects.write()


def on_the_page(product: Product, route: str = "IT-DE") -> Shown:
    detail = product_page(product, wanted=route, profile_number="", now=NOON).detail
    assert detail is not None
    return detail.score


def printed(*route: str) -> str:
    out = StringIO()
    with time_machine.travel(NOON, tick=False):
        call_command("explain", ASIN, *route, stdout=out)
    return out.getvalue()


def sentences(shown: Shown) -> list[str]:
    """Everything that a person must find in both places."""
    return [
        *(part.label for part in shown.parts),
        *(reason.text for reason in shown.reasons),
        *(reason.limit for reason in shown.reasons),
        *(text for figure in shown.figures for text in (figure.label, figure.text)),
    ]


@pytest.mark.parametrize("stored", [True, False])
def test_explain_and_the_page_say_the_same(toy: Product, admin_client: Client, stored: bool) -> None:
    if stored:
        detect()
    shown = on_the_page(toy)
    text = " ".join(printed("IT", "DE").split())
    with time_machine.travel(NOON, tick=False):
        page = " ".join(unescape(admin_client.get(f"/products/{ASIN}/?flip=IT-DE").content.decode()).split())
    assert len(shown.reasons) > 5
    assert len(shown.figures) > 10
    assert f"SCORE {shown.total}, {shown.level}" in text
    assert f"Score {shown.total}, {shown.level}" in page
    for sentence in sentences(shown):
        assert sentence in text
        assert sentence in page


def test_what_is_stored_and_what_is_made_now_are_the_same_judgement(toy: Product) -> None:
    made_now = on_the_page(toy)
    detect()
    assert Opportunity.objects.get().score == made_now.total
    assert on_the_page(toy) == made_now


def test_a_row_of_older_rules_is_not_shown(toy: Product) -> None:
    detect()
    Opportunity.objects.update(score_version=1, score=99)
    assert on_the_page(toy).total != 99


def test_a_flip_below_the_thresholds_is_explained_as_well(toy: Product) -> None:
    toy.listings.filter(marketplace="IT").update(new=7_500)
    shown = on_the_page(toy)
    assert (shown.total, shown.level) == (0, "low")
    assert "It earns nothing at the conservative sale price. (the score is at most 0)" in printed("IT", "DE")


@pytest.mark.parametrize("name", ["Acme", "ACME ", " acme"])
def test_a_blocked_brand_scores_nothing_and_says_why(toy: Product, name: str) -> None:
    BlockedBrand.objects.create(name=name, reason="gated")
    detect()
    row = Opportunity.objects.get()
    assert (row.score, row.reasons[0]["code"]) == (0, "blocked_brand")
    assert "The brand is on your block-list: gated." in printed("IT", "DE")
