"""A seller's shipping table, purchase VAT of single offers, and the warning of a turnover limit, in the admin."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from arbitrage.models import PurchaseOverride, SellerProfile
from products.models import Product
from tests import factories
from tests.arbitrage.test_admin import PROFILE

pytestmark = pytest.mark.django_db
BAND = {"target": "FR", "up_to": "1000", "amount": "690", "valid_from": "2026-01-01", "valid_to": ""}


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("boss", "boss@example.com", "x"))
    return client


def saved(boss: Client, *bands: dict[str, str], **given: str) -> str:
    """What the admin says after a profile with these bands was sent."""
    data = {**PROFILE, **given, "shipping_rates-TOTAL_FORMS": str(len(bands))}
    for number, band in enumerate(bands):
        data |= {f"shipping_rates-{number}-{name}": value for name, value in band.items()}
    answer = boss.post(reverse("admin:arbitrage_sellerprofile_add"), data, follow=True)
    return answer.content.decode()


def test_a_shipping_table_is_kept_with_its_profile(boss: Client) -> None:
    saved(boss, BAND, BAND | {"up_to": "2000", "amount": "890"})
    assert list(SellerProfile.objects.get(name="Mine").shipping_rates.values_list("up_to", "amount")) == [
        (1000, 690),
        (2000, 890),
    ]


def test_two_prices_for_one_weight_on_a_day_are_refused(boss: Client) -> None:
    said = saved(boss, BAND, BAND | {"valid_from": "2026-06-01"})
    assert "FR up to 1000 g: the price from 2026-01-01 still holds when that from 2026-06-01 begins." in said
    assert not SellerProfile.objects.filter(name="Mine").exists()


def test_a_price_may_follow_another(boss: Client) -> None:
    saved(boss, BAND | {"valid_to": "2026-05-31"}, BAND | {"valid_from": "2026-06-01", "amount": "720"})
    assert SellerProfile.objects.get(name="Mine").shipping_rates.count() == 2


def test_a_turnover_near_its_limit_is_said_when_the_profile_is_saved(boss: Client) -> None:
    said = saved(boss, regime="SMALL_BUSINESS", turnover_prior="2100000", turnover_current="100000")
    assert "The small business limit in DE for last year of 25000.00 EUR is near: 21000.00 EUR so far." in said


def test_an_edited_purchase_vat_has_its_product_looked_at_again(boss: Client) -> None:
    for asin in ("B0TEST0001", "B0TEST0002"):
        factories.product(asin)
    data = {"product": "B0TEST0001", "source": "IT", "mode": "GROSS_NOT_RECOVERABLE", "note": "no invoice"}
    boss.post(reverse("admin:arbitrage_purchaseoverride_add"), data)
    assert PurchaseOverride.objects.get().mode == "GROSS_NOT_RECOVERABLE"
    assert list(Product.objects.filter(recompute_wanted=True).values_list("asin", flat=True)) == ["B0TEST0001"]


def test_a_removed_purchase_vat_has_its_product_looked_at_again(boss: Client) -> None:
    row = PurchaseOverride.objects.create(product=factories.product(), source="IT", mode="PRIVATE_NO_VAT")
    boss.post(reverse("admin:arbitrage_purchaseoverride_delete", args=[row.pk]), {"post": "yes"})
    assert not PurchaseOverride.objects.exists()
    assert Product.objects.get().recompute_wanted
