from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from arbitrage.models import AlertRule, FxRate, Opportunity, SellerProfile, VatRate
from products.models import Product, RecomputeAll
from tests import factories

pytestmark = pytest.mark.django_db
PROFILE = {
    "name": "Mine",
    "enabled": "on",
    "country": "DE",
    "vat_registrations": ["DE", "FR"],
    "regime": "VAT_REGISTERED",
    "purchase_vat": "{}",
    "uses_oss": "on",
    "fulfilment": "FBA_LOCAL",
    "unregistered": "FBA_EFN",
    "shipping_rates-TOTAL_FORMS": "0",
    "shipping_rates-INITIAL_FORMS": "0",
    "storage": "",
    "storage_days": "45",
    **dict.fromkeys(["inbound", "prep", "fx_spread", "resaleable", "salvage", "return_handling"], "0"),
    "min_roi": "1500",
    "min_profit": "300",
    "target_roi": "2000",
}
VAT = {
    "country": "AT",
    "tax_class": "standard",
    "rate": "200000",
    "valid_from": "2020-01-01",
    "source": "test",
    "confidence": "H",
}


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss", "boss@example.com", "x"))
    return client


def post(admin: Client, model: str, **given: Any) -> str:
    """Adds a row; returns what the page says, empty when the row was taken."""
    answer = admin.post(reverse(f"admin:arbitrage_{model}_add"), given)
    return "" if answer.status_code == 302 else answer.content.decode()


@pytest.mark.parametrize(
    "model", ["sellerprofile", "vatrate", "feerate", "fxrate", "alertrule", "opportunity", "alert", "blockedbrand"]
)
def test_every_list_opens(admin: Client, model: str) -> None:
    factories.alert(factories.opportunity(factories.product()))
    assert admin.get(reverse(f"admin:arbitrage_{model}_changelist"), {"q": "B0"}).status_code in (200, 302)


def test_opportunities_are_shown_and_not_edited(admin: Client) -> None:
    row = factories.opportunity(factories.product())
    address = reverse("admin:arbitrage_opportunity_change", args=[row.pk])
    assert admin.get(address).status_code == 200
    assert admin.post(address, {"net": "1"}).status_code == 403
    assert admin.get(reverse("admin:arbitrage_opportunity_add")).status_code == 403


def test_an_edited_profile_has_everything_computed_again(admin: Client) -> None:
    factories.product()
    assert post(admin, "sellerprofile", **PROFILE) == ""
    assert SellerProfile.objects.get(name="Mine").vat_registrations == ["DE", "FR"]
    assert RecomputeAll.objects.exists()


def test_a_blocked_brand_has_everything_scored_again(admin: Client) -> None:
    factories.product()
    assert post(admin, "blockedbrand", name="Acme", reason="gated") == ""
    assert RecomputeAll.objects.exists()


def test_a_new_and_a_deleted_rate_have_everything_computed_again(admin: Client) -> None:
    factories.product()
    assert post(admin, "vatrate", **VAT) == ""
    assert RecomputeAll.objects.exists()
    RecomputeAll.objects.all().delete()
    row = VatRate.objects.get(country="AT")
    admin.post(reverse("admin:arbitrage_vatrate_delete", args=[row.pk]), {"post": "yes"})
    assert RecomputeAll.objects.exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"purchase_vat": '{"IT": "NONSENSE"}'}, "IT: give one of DE, IT, ES, UK, FR"),
        ({"purchase_vat": '["IT"]'}, "Write an object"),
        ({"inbound": "-5"}, "Give a number from 0"),
        ({"fx_spread": "1000001"}, "Give a number from 0 to 1000000."),
        ({"duty": "1000001"}, "Give a number from 0 to 1000000."),
        ({"is_default": "on"}, "is the default profile; take the mark off there first."),
    ],
)
def test_a_profile_that_could_not_be_used_is_refused(admin: Client, given: dict[str, str], sentence: str) -> None:
    assert sentence in post(admin, "sellerprofile", **PROFILE | given)
    assert not SellerProfile.objects.filter(name="Mine").exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"rate": "1000001"}, "a rate of 1000001 ppm is not between 0 and 100 %."),
        ({"valid_to": "2019-12-31"}, "a rate from 2020-01-01 cannot end on 2019-12-31."),
    ],
)
def test_an_impossible_rate_is_refused(admin: Client, given: dict[str, str], sentence: str) -> None:
    assert sentence in post(admin, "vatrate", **VAT | given)


def test_an_exchange_rate_of_nought_is_refused(admin: Client) -> None:
    rate = {"day": "2026-11-20", "currency": "GBP", "rate": "0", "source": "me"}
    assert "is not positive" in post(admin, "fxrate", **rate)
    assert not FxRate.objects.filter(day="2026-11-20").exists()


def test_rates_that_overlap_are_taken_with_a_warning(admin: Client) -> None:
    post(admin, "vatrate", **VAT)
    post(admin, "vatrate", **VAT | {"valid_from": "2021-01-01"})
    page = admin.get(reverse("admin:arbitrage_vatrate_changelist")).content.decode()
    assert "AT standard: the row of 2020-01-01 still holds" in page


def test_a_rule_listens_to_the_events_that_are_ticked(admin: Client) -> None:
    given = {"name": "Mine", "enabled": "on", "states": ["opened", "improved"], "min_score": "0", "min_net": "0"}
    assert post(admin, "alertrule", **given, severity="info") == ""
    assert AlertRule.objects.get(name="Mine").states == ["opened", "improved"]


def test_a_hostile_title_is_shown_as_text(admin: Client) -> None:
    product = factories.product(title="<script>alert(1)</script>")
    factories.opportunity(product)
    page = admin.get(reverse("admin:arbitrage_opportunity_change", args=[Opportunity.objects.get().pk]))
    assert "<script>alert(1)" not in page.content.decode()


def test_documents_follow_when_a_profile_is_no_longer_the_default(admin: Client) -> None:
    profile = factories.default_profile()
    factories.opportunity(factories.product(), profile=profile)
    page = reverse("admin:arbitrage_sellerprofile_change", args=[profile.pk])
    assert admin.post(page, PROFILE).status_code == 302
    assert Product.objects.get().document_version == 2
    assert admin.post(page, PROFILE).status_code == 302
    assert Product.objects.get().document_version == 2
