"""What a product carries of its flips: heat, the best one, a score in its document."""

from datetime import timedelta

import pytest

from arbitrage.models import Opportunity
from products.models import PollTarget, Product
from tests import factories
from tests.arbitrage.detection.detecting import change, detect, priced
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_heat_follows_the_flips_and_hot_listings_become_due(flip: Product) -> None:
    far = NOON + timedelta(hours=3)
    for code in ("IT", "DE", "ES"):
        PollTarget.objects.create(product=flip, marketplace=code, due_at=far)
    detect()
    heat = dict(PollTarget.objects.values_list("marketplace", "heat"))
    assert heat == {"IT": PollTarget.Heat.OPEN, "DE": PollTarget.Heat.OPEN, "ES": PollTarget.Heat.COLD}
    assert PollTarget.objects.get(marketplace="DE").due_at < NOON + timedelta(hours=1)
    assert PollTarget.objects.get(marketplace="ES").due_at == far


def test_a_flip_within_five_points_is_near_and_one_below_is_cold(flip: Product) -> None:
    PollTarget.objects.create(product=flip, marketplace="DE", due_at=NOON)
    change("IT", **priced(5500))
    detect()
    assert not Opportunity.objects.exists()
    assert PollTarget.objects.get().heat == PollTarget.Heat.NEAR
    change("IT", **priced(5900))
    detect()
    assert PollTarget.objects.get().heat == PollTarget.Heat.COLD


def test_the_product_carries_its_best_flip(flip: Product) -> None:
    factories.listing(flip, "ES", 5200)
    detect()
    best = Product.objects.get()
    assert (best.best_source, best.best_target, best.best_net, best.best_roi) == ("IT", "DE", 936, 2203)
    assert best.document_version == 2
    change("DE", buy_box=None)
    detect()
    assert (Product.objects.get().best_net, Product.objects.get().best_source) == (None, "")


def test_only_an_opportunity_gives_its_product_a_score(flip: Product) -> None:
    change("IT", **priced(6000))
    detect()
    product = Product.objects.get()
    assert (product.best_score, product.best_source) == (None, "IT")
    assert product.best_net is not None
    assert product.best_net > 0
    change("IT", **priced(4999))
    detect(now=NOON + timedelta(minutes=1))
    assert Product.objects.get().best_score == Opportunity.objects.get().score


def test_a_flip_that_is_not_the_best_one_reaches_the_document_too(flip: Product) -> None:
    factories.listing(flip, "ES", 3200)
    detect()
    before = Product.objects.get()
    change("IT", **priced(3700))
    detect()
    after = Product.objects.get()
    assert (after.best_source, after.best_net) == (before.best_source, before.best_net)
    assert after.document_version == before.document_version + 1
