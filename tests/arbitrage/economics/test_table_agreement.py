"""The kernel and the Decimal form agree to the cent with the whole tables: categories, tiers, VAT, duty, EFN."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arbitrage.economics.columns import columns_of
from arbitrage.economics.flip import evaluate
from arbitrage.economics.inputs import FlipInputs, flip_inputs
from arbitrage.economics.kernel import price
from arbitrage.economics.loading import load_rates
from arbitrage.economics.profiles import Profile, PurchaseVat, Regime
from arbitrage.economics.table_loading import load_tables
from arbitrage.economics.termsheet import terms_table
from products.marketplaces import CODES, PAIRS
from tests.arbitrage.economics.listings import Seen
from tests.arbitrage.economics.test_fee_tables import CELLS, cents, package

pytestmark = pytest.mark.django_db
DAYS = [date(2026, 9, 30), date(2026, 12, 1)]
ALL = frozenset(CODES)
BORDER = Profile("all", registrations=ALL, freight=250, brokerage=100, storage=20, fx_spread=10_000, inbound=90)
PROFILES = [
    BORDER,
    replace(BORDER, duty=47_000, individual_plan=True, cep_enrolled=False),
    Profile("one", storage=20, cep_enrolled=False),
    Profile("below", registrations=frozenset({"DE"}), uses_oss=False),
    replace(BORDER, regime=Regime.SMALL_BUSINESS),
    replace(BORDER, storage=None),
    Profile("by volume, sent", storage=None, storage_days=75),
    Profile(
        "small net",
        regime=Regime.SMALL_BUSINESS,
        purchase_vat={"IT": PurchaseVat.NET_INTRA_EU, "ES": PurchaseVat.GROSS_DELIVERY_VAT},
    ),
    Profile(
        "margin", regime=Regime.MARGIN_SCHEME, purchase_vat=dict.fromkeys(["IT", "FR"], PurchaseVat.PRIVATE_NO_VAT)
    ),
]
CATEGORIES = [
    "Toys",
    "Beauty",
    "Home & Kitchen",
    "Bücher",
    "Grocery",
    "Moda",
    "Baby",
    "Jewellery",
    "Automotive",
    "?",
    "",
]
Prices = st.integers(200, 30_000) | st.sampled_from([1000, 1001, 1500, 1501, 2000, 2001, 4500, 4501, 2**31 - 1])
Maybe = st.none()


@st.composite
def listings(draw: st.DrawFn, code: str, category: str) -> Seen:
    known = draw(st.booleans())
    small = draw(st.booleans())
    return Seen(
        marketplace=code,
        new=draw(Maybe | Prices),
        buy_box=draw(Prices),
        median_90=draw(Maybe | Prices),
        referral_rate=draw(Maybe | st.sampled_from([50_000, 70_000, 80_000, 150_000, 150_200, 999_999])),
        fba_fee=draw(st.integers(200, 900)) if known else None,
        closing_fee=draw(Maybe | st.just(81)),
        category=category,
        package_length=draw(st.integers(20, 340 if small else 1_300)),
        package_width=draw(st.integers(20, 230 if small else 600)),
        package_height=draw(st.integers(5, 80 if small else 400)),
        package_weight=draw(Maybe | st.integers(10, 950 if small else 33_000)),
        is_hazmat=draw(st.sampled_from([None, False, True])),
    )


@st.composite
def products(draw: st.DrawFn) -> Mapping[str, Seen]:
    category = draw(st.sampled_from(CATEGORIES))
    other = draw(st.sampled_from([category, "Toys", ""]))
    names = {code: category if draw(st.booleans()) else other for code in CODES}
    return {code: draw(listings(code, names[code])) for code in CODES}


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(products(), min_size=1, max_size=3), st.sampled_from(PROFILES), st.sampled_from(DAYS))
def test_both_forms_agree_on_every_pair(found: list[Mapping[str, Seen]], profile: Profile, day: date) -> None:
    compare(found, profile, day)


THRESHOLDS = [20, 1000, 1100, 1200, 1500, 2000, 4000, 4500, 5000, 10_000, 17_500, 20_000, 25_000]


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("fee", [None, 320])
def test_both_forms_agree_around_every_threshold(category: str, fee: int | None) -> None:
    def at(code: str, sale: int) -> Seen:
        seen = Seen(code, new=500, buy_box=3000, median_90=sale, fba_fee=fee, closing_fee=81, category=category)
        sides = replace(seen, package_length=100, package_width=100, package_height=70, package_weight=400)
        return sides if sale < 3000 else replace(sides, buy_box=sale, referral_rate=None)

    prices = [threshold + step for threshold in THRESHOLDS for step in (-1, 0, 1)]
    compare([{code: at(code, sale) for code in CODES} for sale in prices], BORDER, DAYS[0])


def test_both_forms_take_every_cell_of_the_local_table() -> None:
    """Each row of the table is a product on all five marketplaces; the fee a flip prints is the cell of its store."""
    rows = {(kind, weight): package(kind, weight) for _, kind, weight, _ in CELLS}
    found: list[Mapping[str, Seen]] = [
        {code: replace(seen, marketplace=code) for code in CODES} for seen in rows.values()
    ]
    compare(found, BORDER, DAYS[0])

    table = terms_table(BORDER, load_rates(), DAYS[0])
    for store, kind, weight, amount in CELLS:
        source, seen = "IT" if store != "IT" else "DE", rows[kind, weight]
        target = replace(seen, marketplace=store)
        inputs = flip_inputs(replace(seen, marketplace=source), target, table[source, store])
        assert isinstance(inputs, FlipInputs), inputs
        printed = {line.code: -line.amount for line in evaluate(inputs).lines}
        assert printed["fba"] == cents(amount), (store, kind, weight)


def compare(found: Sequence[Mapping[str, Seen]], profile: Profile, day: date) -> None:
    """Both forms on every product and pair."""
    table, tables = terms_table(profile, load_rates(), day), load_tables().on(day)
    priced = price(table, columns_of(found, tables))
    for column, product in enumerate(found):
        for row, (source, target) in enumerate(PAIRS):
            inputs = flip_inputs(product[source], product[target], table[source, target])
            assert bool(priced.complete[row, column]) == isinstance(inputs, FlipInputs), inputs
            if isinstance(inputs, FlipInputs):
                flip = evaluate(inputs)
                names = ("net", "net_eur", "cost", "revenue", "fees", "roi")
                kernel = {name: int(getattr(priced, name)[row, column]) for name in names}
                assert kernel == {name: getattr(flip, name) for name in names}, (source, target, inputs)
