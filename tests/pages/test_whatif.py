"""The what-if page: its address, its form, what it says of wrong parameters, and saving."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from arbitrage.models import SellerProfile
from arbitrage.whatif.snapshot import keeper
from arbitrage.whatif.terms import rate_keeper
from products.models import Product, RecomputeAll
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    yield
    keeper.forget()
    rate_keeper.forget()


@pytest.fixture
def base() -> SellerProfile:
    SellerProfile.objects.all().delete()
    return factories.profile(inbound=150, prep=0, storage=18)


@pytest.fixture
def flip(base: SellerProfile) -> Product:
    """Example 1A of economics.md 1.8: net 9.36, ROI 22.0 %."""
    product = factories.product(title="<b>Train</b>")
    factories.watch(product)
    factories.listing(product, "IT", 4999)
    factories.listing(product, "DE", 7999)
    return product


def shown(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_unchanged_profile_shows_what_is_open_now(signed_in: Client, flip: Product) -> None:
    page = shown(signed_in, "/what-if/")
    assert "+€9.36" in page
    assert "22.0" in page
    assert "€50.87" in page
    assert "&lt;b&gt;Train" in page
    assert "<b>Train" not in page


def test_a_scenario_in_the_address_is_shown_and_linked_on(signed_in: Client, flip: Product) -> None:
    page = shown(signed_in, "/what-if/?prep=1.25")
    assert "+€8.11" in page
    assert "−€1.25" in page
    assert 'value="1.25"' in page
    assert "/what-if/?flip=IT-DE&amp;prep=1.25" in page


def test_a_long_address_is_sent_to_its_short_form(signed_in: Client, flip: Product) -> None:
    response = signed_in.get("/what-if/?prep=1.250&inbound=1.50&country=DE&duty=&show=qualify&source=")
    assert (response.status_code, response["Location"]) == (302, "/what-if/?prep=1.25")


def test_a_wrong_value_is_named_and_left_out(signed_in: Client, flip: Product) -> None:
    page = shown(signed_in, "/what-if/?prep=-1&fx_spread=150&nonsense=1")
    assert "Prep is -1 EUR; it must be between 0 and 100000 EUR. It was left out." in page
    assert "Conversion spread is 150 %" in page
    assert "nonsense is no field of a scenario" in page
    assert "+€9.36" in page


def test_the_fragment_moves_the_address_only_for_the_reader(signed_in: Client, flip: Product) -> None:
    chosen = signed_in.get("/ui/what-if?prep=1&country=DE", headers={"HX-Request": "true"})
    assert chosen["HX-Replace-Url"] == "/what-if/?prep=1"
    assert 'name="scenario" value="prep=1" hx-swap-oob="true"' in " ".join(chosen.content.decode().split())
    live = signed_in.get("/ui/what-if?prep=1", headers={"HX-Request": "true", "HX-Trigger": "whatif"})
    assert "HX-Replace-Url" not in live


def test_routes_without_what_they_need_are_named(signed_in: Client, flip: Product) -> None:
    assert "needs VAT registration in UK" in shown(signed_in, "/what-if/")


def test_looking_saves_nothing_and_asks_little(signed_in: Client, flip: Product) -> None:
    signed_in.get("/what-if/")
    with CaptureQueriesContext(connection) as queries:
        signed_in.get("/what-if/?prep=2&country=FR&regime=SMALL_BUSINESS")
    assert not [query["sql"] for query in queries.captured_queries if not query["sql"].startswith("SELECT")]
    assert len(queries) <= 12
    assert SellerProfile.objects.get().prep == 0


def test_saving_makes_a_profile_and_wishes_for_judgement(signed_in: Client, flip: Product, base: SellerProfile) -> None:
    form = {"scenario": "prep=1.25&vat_registrations=DE,IT&sell_offset=-5", "name": " Cheap prep "}
    response = signed_in.post("/what-if/save", form, follow=True)
    saved = SellerProfile.objects.get(name="Cheap prep")
    assert (saved.prep, saved.vat_registrations, saved.inbound, saved.is_default) == (125, ["DE", "IT"], 150, False)
    assert "Saved as Cheap prep." in response.content.decode()
    assert "price offsets were left out" in response.content.decode()
    base.refresh_from_db()
    assert (base.prep, base.is_default) == (0, True)
    assert RecomputeAll.objects.exists()


def test_a_saved_profile_ships_at_the_prices_of_its_base(signed_in: Client, flip: Product, base: SellerProfile) -> None:
    base.shipping_rates.create(target="FR", up_to=1_000, amount=690, valid_from=date(2026, 1, 1))
    signed_in.post("/what-if/save", {"scenario": "fulfilment=FBM", "name": "Ships"})
    saved = SellerProfile.objects.get(name="Ships")
    assert list(saved.shipping_rates.values_list("target", "up_to", "amount")) == [("FR", 1_000, 690)]


def test_a_turnover_near_its_limit_is_said(signed_in: Client, flip: Product, base: SellerProfile) -> None:
    SellerProfile.objects.filter(pk=base.pk).update(turnover_prior=2_400_000, turnover_current=0)
    assert "is near: 24000.00 EUR so far." in signed_in.get("/what-if/?regime=SMALL_BUSINESS").content.decode()
    assert "is near" not in signed_in.get("/what-if/").content.decode()


@pytest.mark.parametrize(
    ("scenario", "name", "sentence"),
    [
        ("prep=1", "German seller", "There is a profile named German seller already; choose another name."),
        ("prep=1", "  ", "Give the profile a name."),
        ("prep=1", "x" * 61, "The name is longer than 60 characters; shorten it."),
        ("sell_offset=-5", "Cheaper", "This scenario changes nothing that a profile keeps."),
        ("prep=-1", "Wrong", "Prep is -1 EUR; it must be between 0 and 100000 EUR."),
        ("vat_registrations=", "None", None),
    ],
)
def test_what_cannot_be_saved_is_a_sentence(
    signed_in: Client, flip: Product, scenario: str, name: str, sentence: str | None
) -> None:
    response = signed_in.post("/what-if/save", {"scenario": scenario, "name": name}, follow=True)
    assert (sentence or "Saved as None.") in response.content.decode()
    assert SellerProfile.objects.count() == (1 if sentence else 2)


def test_without_a_profile_the_page_says_what_to_do(signed_in: Client) -> None:
    SellerProfile.objects.all().delete()
    assert "There is no seller profile" in shown(signed_in, "/what-if/")
    assert "There is no seller profile" in shown(signed_in, "/ui/what-if")
    assert signed_in.post("/what-if/save", {"scenario": "prep=1", "name": "A"}).status_code == 302


def test_an_unusable_profile_is_a_sentence(signed_in: Client, flip: Product) -> None:
    SellerProfile.objects.update(fx_spread=5_000_000)
    assert "fx_spread is 5000000" in shown(signed_in, "/what-if/")


def test_a_product_is_reckoned_line_by_line_under_the_scenario(signed_in: Client, flip: Product) -> None:
    page = shown(signed_in, f"/products/{flip.asin}/what-if/?flip=IT-DE&prep=1.25&sell_offset=-5&fx_spread=150")
    assert "+€9.36 without the changes" in page
    assert "Sale prices change by -5 %, not 0" in page
    assert "Conversion spread is 150 %" in page
    assert "reckoned at €75.99" in page


def test_a_route_that_the_scenario_cannot_price_says_what_it_needs(signed_in: Client, flip: Product) -> None:
    page = shown(signed_in, f"/products/{flip.asin}/what-if/?flip=IT-DE&vat_registrations=FR")
    assert "It needs VAT registration in DE." in page


def test_the_products_fragment_moves_the_address(signed_in: Client, flip: Product) -> None:
    response = signed_in.get(f"/ui/products/{flip.asin}/what-if?flip=de-it&prep=1&inbound=1.50")
    assert response["HX-Replace-Url"] == f"/products/{flip.asin}/what-if/?flip=DE-IT&prep=1"
    best = signed_in.get(f"/ui/products/{flip.asin}/what-if")
    assert best["HX-Replace-Url"] == f"/products/{flip.asin}/what-if/?flip=IT-DE"


def test_a_product_without_listings_or_profile_is_a_sentence(signed_in: Client, base: SellerProfile) -> None:
    product = factories.product()
    address = f"/products/{product.asin}/what-if/"
    assert "has not answered for two marketplaces" in shown(signed_in, address)
    SellerProfile.objects.all().delete()
    assert "There is no seller profile" in shown(signed_in, address)
    assert signed_in.get("/products/B0NOTHING1/what-if/").status_code == 404


def test_saving_needs_a_post_and_a_sign_in(client: Client, signed_in: Client) -> None:
    assert signed_in.get("/what-if/save").status_code == 405
    signed_in.logout()
    assert client.post("/what-if/save", {"scenario": "prep=1", "name": "A"}).status_code == 302
    assert not SellerProfile.objects.filter(name="A").exists()
