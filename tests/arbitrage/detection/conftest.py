"""The seller and the flip of example 1A of economics.md 1.8."""

import pytest

from arbitrage.models import SellerProfile
from products.models import Product
from tests import factories
from tests.arbitrage.detection.detecting import ASIN


@pytest.fixture(autouse=True)
def profile() -> SellerProfile:
    """The default profile with the costs of example 1A of economics.md 1.8."""
    SellerProfile.objects.all().delete()
    return factories.profile(inbound=150, prep=0, storage=18)


@pytest.fixture
def flip() -> Product:
    """Example 1A: bought for 49.99 in IT, sold for 79.99 in DE."""
    product = factories.product(ASIN)
    factories.listing(product, "IT", 4999)
    factories.listing(product, "DE", 7999, history_base=factories.history(7999))
    return product
