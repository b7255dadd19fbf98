"""What an installation starts with, and how rows become values."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from arbitrage import demo
from arbitrage.economics.flip import evaluate
from arbitrage.economics.inputs import FlipInputs, build_inputs
from arbitrage.economics.loading import load_rates, profile_of
from arbitrage.economics.missing import Incomplete
from arbitrage.economics.profiles import Fulfilment, Returns, UnusableProfile
from arbitrage.economics.rates import Conversion, Rate
from arbitrage.economics.termsheet import terms_for, terms_table
from arbitrage.models import FeeRate, SellerProfile, VatRate
from products.marketplaces import CODES, PAIRS
from tests import factories

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 30)


def seeded() -> SellerProfile:
    return SellerProfile.objects.get(is_default=True)


def ppm(answer: object) -> int:
    assert isinstance(answer, Rate)
    return answer.ppm


def test_seeded_vat_rates() -> None:
    book = load_rates()
    assert [ppm(book.vat_rate(code, DAY)) for code in CODES] == [190_000, 220_000, 210_000, 200_000, 200_000]
    assert ppm(book.vat_rate("DE", date(2020, 12, 31))) == 160_000


def test_every_seeded_row_names_its_source() -> None:
    assert all(row.source for model in (VatRate, FeeRate) for row in model.objects.all())


def test_fuel_surcharge_begins_in_april_2026() -> None:
    book = load_rates()
    assert ppm(book.fuel("DE", date(2026, 4, 16))) == 0
    assert ppm(book.fuel("DE", date(2026, 4, 17))) == 15_000


@pytest.mark.parametrize(
    ("seller", "store", "before", "after"),
    [
        ("DE", "DE", 0, 0),
        ("DE", "FR", 20_000, 30_000),
        ("AT", "IT", 20_000, 30_000),
        ("DE", "UK", 20_000, 20_000),
        ("UK", "DE", 20_000, 20_000),
        ("UK", "ES", 20_000, 30_000),
        ("FR", "DE", 30_000, 30_000),
        ("IT", "UK", 30_000, 30_000),
    ],
)
def test_digital_services_fee_of_seller_and_store(seller: str, store: str, before: int, after: int) -> None:
    book = load_rates()
    assert ppm(book.digital_services(seller, store, date(2026, 3, 19))) == before
    assert ppm(book.digital_services(seller, store, date(2026, 3, 20))) == after


def test_fulfilment_fees_are_in_the_base_in_the_uk_and_france_alone() -> None:
    book = load_rates()
    found = {code: book.digital_services("DE", code, DAY) for code in CODES}
    assert {code for code, rate in found.items() if isinstance(rate, Rate) and rate.on_fulfilment} == {"UK", "FR"}


def test_seeded_rates_do_not_overlap() -> None:
    assert load_rates().overlaps() == []


def test_seeded_exchange_rate() -> None:
    found = load_rates().conversion("GBP", "EUR", DAY)
    assert isinstance(found, Conversion)
    assert (found.numerator, found.denominator) == (100_000, 85_463)


def test_the_default_profile_sells_at_home_and_by_efn_elsewhere_in_the_eu() -> None:
    table = terms_table(profile_of(seeded()), load_rates(), DAY)
    priced = {pair: terms for pair, terms in table.items() if not isinstance(terms, Incomplete)}
    assert set(priced) == {pair for pair in PAIRS if "UK" not in pair}
    ways = {target: terms.sale.fulfilment for (_, target), terms in priced.items()}
    efn = Fulfilment.FBA_EFN
    assert ways == {"DE": Fulfilment.FBA_LOCAL, "IT": efn, "ES": efn, "FR": efn}


def test_the_demo_profile_prices_twelve_pairs_and_is_made_once() -> None:
    assert demo.load() == demo.load()
    table = terms_table(profile_of(demo.load()), load_rates(), DAY)
    assert sum(not isinstance(terms, Incomplete) for terms in table.values()) == 12


def test_example_1a_from_rows_to_the_cent() -> None:
    product = factories.product()
    source, target = factories.listing(product, "IT", 4999), factories.listing(product, "DE", 7999)
    row = seeded()
    row.inbound, row.prep, row.storage = 100, 50, 18
    inputs = build_inputs(source, target, profile_of(row), load_rates(), factories.NOON)
    assert isinstance(inputs, FlipInputs)
    assert (evaluate(inputs).net, evaluate(inputs).roi) == (936, 2203)


def test_uk_legs_are_priced_once_the_profile_states_the_border() -> None:
    row = seeded()
    row.freight, row.brokerage, row.duty, row.fx_spread = 250, 100, 47_000, 10_000
    row.inbound, row.prep, row.storage = 90, 0, 10
    terms = terms_for(profile_of(row), load_rates(), "UK", "DE", DAY)
    assert not isinstance(terms, Incomplete)
    flip = evaluate(FlipInputs(terms, buy=3999, sale=8499, referral=150_000, fba=313))
    assert (flip.net, flip.roi, flip.cash_roi) == (965, 2110, 1787)
    assert terms.estimates == ("the profile's duty rate stands for the product's own",)


def test_amounts_of_the_profile_are_converted_for_a_uk_sale() -> None:
    row = seeded()
    row.freight = row.brokerage = row.duty = 0
    row.vat_registrations, row.inbound = ["DE", "GB"], 1000
    terms = terms_for(profile_of(row), load_rates(), "DE", "UK", DAY)
    assert not isinstance(terms, Incomplete)
    assert (terms.currency, terms.purchase.inbound) == ("GBP", 855)  # 10.00 * 0.85463 = 8.5463


def test_a_stale_exchange_rate_makes_an_estimate() -> None:
    row = seeded()
    row.freight = row.brokerage = row.duty = 0
    terms = terms_for(profile_of(row), load_rates(), "UK", "DE", date(2026, 10, 6))
    assert not isinstance(terms, Incomplete)
    assert "the exchange rate is 6 days old" in terms.estimates


def test_a_day_before_all_rates_names_each_of_them() -> None:
    terms = terms_for(profile_of(seeded()), load_rates(), "IT", "DE", date(2010, 1, 1))
    assert isinstance(terms, Incomplete)
    assert [entry.code for entry in terms.missing] == ["vat_rate", "vat_rate", "fuel", "digital_services"]


def test_returns_are_read_when_a_rate_is_set() -> None:
    row = seeded()
    assert profile_of(row).returns is None
    row.return_rate, row.return_handling = 60_000, 150
    assert profile_of(row).returns == Returns(60_000, 0, 0, 150)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("regime", "TAX_FREE"),
        ("purchase_vat", {"IT": "NONE"}),
        ("purchase_vat", []),
        ("vat_registrations", "DE"),
        ("duty", 1_000_001),
        ("inbound", -1),
    ],
)
def test_a_profile_that_cannot_be_used_says_so(field: str, value: object) -> None:
    row = seeded()
    setattr(row, field, value)
    with pytest.raises(
        UnusableProfile, match=f"The seller profile {row.name} cannot be used: .*Correct it in the admin"
    ):
        profile_of(row)


@pytest.mark.parametrize("rate", [-1, 1_000_001])
def test_the_table_refuses_a_vat_rate_above_100_percent(rate: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        VatRate.objects.create(country="DE", tax_class="odd", valid_from=DAY, rate=rate, source="typing error")
