"""Whatever a profile says: kernel and Decimal form price the same flips, to the cent, and leave out the same."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arbitrage.economics.columns import columns_of
from arbitrage.economics.flip import evaluate
from arbitrage.economics.inputs import flip_inputs
from arbitrage.economics.limits import break_even, max_buy
from arbitrage.economics.loading import load_rates
from arbitrage.economics.missing import Incomplete
from arbitrage.economics.overrides import RouteTerms, price_with_overrides
from arbitrage.economics.profiles import (
    Fulfilment,
    Profile,
    PurchaseVat,
    Regime,
    Returns,
    ShippingBand,
    Turnover,
)
from arbitrage.economics.rates import RateBook
from products.marketplaces import CODES, PAIRS
from tests.arbitrage.economics.listings import Seen

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 20)
OTHER_DAYS = st.sampled_from([ON, date(2026, 9, 30), date(2026, 1, 15)])
CATEGORIES = [
    "Spielzeug",
    "Bücher",
    "Küche, Haushalt & Wohnen",
    "Beauty",
    "Elektronik & Foto",
    "Bekleidung",
    "nobody's",
]
Countries = st.sampled_from([*CODES, "AT"])
Cents = st.integers(0, 2_000)
Shares = st.integers(0, 300_000)
Cheap, Dear = st.integers(1, 3_000), st.integers(1, 300_000)
COMPARED = ("net", "net_eur", "cost", "revenue", "fees", "roi")


def mostly(usual: st.SearchStrategy[int]) -> st.SearchStrategy[int | None]:
    """Sometimes nothing."""
    return st.one_of(usual, usual, usual, usual, usual, usual, usual, st.none())


@cache
def rates() -> RateBook:
    return load_rates()


@st.composite
def shipping(draw: st.DrawFn) -> tuple[ShippingBand, ...]:
    heaviest = draw(st.lists(st.sampled_from([500, 1_000, 2_000, 31_500]), unique=True, min_size=1))
    return tuple(
        ShippingBand(target, up_to, draw(st.integers(0, 2_500)), date(2026, 1, 1), None)
        for target in draw(st.sets(st.sampled_from(CODES), min_size=2))
        for up_to in heaviest
    )


profiles = st.builds(
    Profile,
    name=st.just("drawn"),
    country=st.sampled_from(CODES) | Countries,
    registrations=st.frozensets(Countries, min_size=2) | st.just(frozenset(CODES)),
    regime=st.sampled_from(Regime),
    purchase_vat=st.dictionaries(st.sampled_from(CODES), st.sampled_from(PurchaseVat), max_size=3),
    fulfilment=st.sampled_from(Fulfilment),
    unregistered=st.sampled_from([Fulfilment.FBA_EFN, Fulfilment.FBM]),
    shipping=shipping(),
    uses_oss=st.booleans(),
    inbound=Cents,
    prep=Cents,
    storage=st.none() | Cents,
    storage_days=st.integers(0, 240),
    freight=mostly(Cents),
    brokerage=mostly(Cents),
    duty=st.none() | Shares,
    fx_spread=Shares,
    cep_enrolled=st.booleans(),
    individual_plan=st.booleans(),
    postponed_accounting=st.booleans(),
    eu_small_business=st.booleans(),
    turnover=st.builds(
        Turnover, prior=st.none() | st.sampled_from([0, 2_500_001]), abroad=st.none() | st.just(1_000_001)
    ),
    returns=st.none() | st.builds(Returns, rate=Shares, resaleable=Shares, salvage=Shares, handling=Cents),
)


@st.composite
def products(draw: st.DrawFn) -> dict[str, Seen]:
    """A product on all marketplaces, with holes."""
    sides = [draw(mostly(st.sampled_from([0, 40, 40, 150, 150, 150, 400, 700, 5_000]))) for _ in range(3)]
    found: dict[str, Seen] = {}
    for code in CODES:
        found[code] = replace(
            Seen(code),
            category=draw(st.sampled_from(CATEGORIES)),
            new=draw(mostly(Cheap | Dear)),
            buy_box=draw(mostly(Cheap | Dear)),
            median_90=draw(mostly(Cheap | Dear)),
            p25_30=draw(mostly(Cheap | Dear)),
            referral_rate=draw(mostly(st.sampled_from([70_000, 80_000, 150_000, 153_000]))),
            fba_fee=draw(mostly(st.integers(0, 2_000))),
            package_length=sides[0],
            package_width=sides[1],
            package_height=sides[2],
            package_weight=draw(mostly(st.integers(0, 3_000) | st.integers(0, 40_000))),
            is_hazmat=draw(st.sampled_from([None, None, True])),
        )
    return found


def agree(terms: RouteTerms, product: dict[str, Seen], overrides: dict[tuple[str, str], PurchaseVat]) -> int:
    """How many pairs have a price, after comparing them all."""
    tables = terms.rates.tables.on(terms.on)
    priced = price_with_overrides(terms, columns_of([product], tables), ["B0TEST0001"], overrides)
    for row, pair in enumerate(PAIRS):
        inputs = flip_inputs(product[pair[0]], product[pair[1]], terms.of("B0TEST0001", pair, overrides), tables)
        assert priced.complete[row, 0] == (not isinstance(inputs, Incomplete)), (pair, inputs)
        if not isinstance(inputs, Incomplete):
            flip = evaluate(inputs)
            kernel = {name: int(getattr(priced, name)[row, 0]) for name in COMPARED}
            assert kernel == {name: getattr(flip, name) for name in COMPARED}, pair
            assert sum(line.amount for line in flip.lines if line.kind != "info") == flip.net
    return int(priced.complete.sum())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    profiles, products(), st.dictionaries(st.sampled_from(CODES), st.sampled_from(PurchaseVat), max_size=2), OTHER_DAYS
)
def test_both_forms_agree_whatever_the_profile_says(
    profile: Profile, product: dict[str, Seen], modes: dict[str, PurchaseVat], on: date
) -> None:
    overrides = {("B0TEST0001", code): mode for code, mode in modes.items()}
    agree(RouteTerms(profile, rates(), on), product, overrides)


def whole() -> dict[str, Seen]:
    return {code: Seen(code, category="Spielzeug") for code in CODES}


EVERYWHERE = Profile("Everywhere", registrations=frozenset(CODES), freight=250, brokerage=100)


@pytest.mark.parametrize("regime", [Regime.VAT_REGISTERED, Regime.SMALL_BUSINESS])
@pytest.mark.parametrize("fulfilment", list(Fulfilment))
@pytest.mark.parametrize("oss", [True, False])
def test_usual_sellers_have_prices_in_both_forms(regime: Regime, fulfilment: Fulfilment, oss: bool) -> None:
    bands = tuple(ShippingBand(code, 31_500, 590, date(2026, 1, 1)) for code in CODES)
    profile = replace(EVERYWHERE, regime=regime, fulfilment=fulfilment, uses_oss=oss, shipping=bands)
    assert agree(RouteTerms(profile, rates(), ON), whole(), {}) >= 4


@pytest.mark.parametrize("regime", [Regime.VAT_REGISTERED, Regime.SMALL_BUSINESS])
@pytest.mark.parametrize("fulfilment", list(Fulfilment))
def test_limits_hold_for_each_way_to_the_buyer(regime: Regime, fulfilment: Fulfilment) -> None:
    bands = tuple(ShippingBand(code, 31_500, 590, date(2026, 1, 1)) for code in CODES)
    profile = replace(EVERYWHERE, regime=regime, fulfilment=fulfilment, shipping=bands, eu_small_business=True)
    terms, product = RouteTerms(profile, rates(), ON), whole()
    found = [flip_inputs(product[a], product[b], terms.of("B0TEST0001", (a, b), {}), None) for a, b in PAIRS]
    for inputs in (entry for entry in found if not isinstance(entry, Incomplete)):
        most, least = max_buy(inputs, roi=2_000), break_even(inputs)
        assert most
        assert least
        bought = evaluate(replace(inputs, buy=most))
        assert bought.net * 10_000 >= bought.cost * 2_000
        assert evaluate(replace(inputs, sale=least)).net >= 0


def test_an_override_reprices_one_product_alone() -> None:
    terms, products = RouteTerms(EVERYWHERE, rates(), ON), [whole(), whole()]
    columns = columns_of(products, terms.rates.tables.on(ON))
    lost = {("B0TEST0002", "IT"): PurchaseVat.GROSS_NOT_RECOVERABLE}
    before = price_with_overrides(terms, columns, ["B0TEST0001", "B0TEST0002"], {})
    after = price_with_overrides(terms, columns, ["B0TEST0001", "B0TEST0002"], lost)
    changed = np.argwhere(before.net != after.net).tolist()
    assert changed == [[row, 1] for row, pair in enumerate(PAIRS) if pair[0] == "IT" and before.complete[row, 1]]
