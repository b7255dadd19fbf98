"""Profitable intervals, dead zones and how far a price may fall, against a search over every price."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arbitrage.economics.amounts import landed
from arbitrage.economics.charges import Charges, FulfilmentCharge, Referral
from arbitrage.economics.flip import proceeds_of
from arbitrage.economics.inputs import FlipInputs, flip_inputs
from arbitrage.economics.limits import break_even
from arbitrage.economics.pieces import Interval, pieces, profitable, room_to_fall
from arbitrage.economics.profiles import PurchaseVat
from arbitrage.economics.referral import ReferralRule, parse_tiers
from arbitrage.economics.table_loading import load_tables
from arbitrage.economics.tables import Cell
from tests.arbitrage.economics.examples import E1A, E1C, TOY, bought, sold
from tests.arbitrage.economics.listings import Seen

DAY = date(2026, 9, 15)
MOST = 15_000
"""Prices up to 150.00 are searched."""


def home_product() -> FlipInputs:
    """Home products in DE, a small parcel of 400 g, fees from the tables; payouts of economics.md 1.7."""
    seen = Seen("DE", referral_rate=80_000, fba_fee=None, buy_box=1900, category="Home & Kitchen")
    target = replace(seen, package_length=100, package_width=100, package_height=70, package_weight=400)
    terms = sold(E1A, storage=0).terms
    inputs = flip_inputs(Seen("IT"), target, terms, load_tables().on(DAY))
    assert isinstance(inputs, FlipInputs)
    return bought(inputs, PurchaseVat.GROSS_NOT_RECOVERABLE, inbound=0)


@pytest.mark.django_db
@pytest.mark.parametrize(("price", "payout"), [(2000, 1218), (2001, 1064), (2225, 1218)])
def test_the_payout_falls_above_twenty_euros(price: int, payout: int) -> None:
    assert proceeds_of(replace(home_product(), sale=price)).payout == payout


@pytest.mark.django_db
def test_the_dead_zone_lies_between_two_profitable_intervals() -> None:
    inputs = replace(home_product(), buy=1218)
    assert profitable(inputs) == (Interval(2000, 2000), Interval(2226))
    assert break_even(inputs) == 2000
    assert room_to_fall(replace(inputs, sale=2200)) is None
    assert room_to_fall(replace(inputs, sale=2325)) == 99


@pytest.mark.django_db
def test_each_piece_has_its_own_break_even() -> None:
    found = [(piece.prices.low, piece.prices.high, piece.root) for piece in pieces(replace(home_product(), buy=1100))]
    assert [entry[:2] for entry in found][-2:] == [(375 + 1, 2000), (2001, None)]
    assert [entry[2] is not None for entry in found][-2:] == [True, True]


def ruled(inputs: FlipInputs, tiers: str, *, low: int, limit: int, minimum: int) -> FlipInputs:
    """The same flip with a referral rule, a least fee and a low-price fee."""
    rule = ReferralRule("example", parse_tiers(tiers))
    charges = Charges(
        "DE",
        Referral(None, rule, None, Cell(minimum)),
        FulfilmentCharge(inputs.fba, low, limit),
        FulfilmentCharge(None),
        0,
    )
    return replace(inputs, charges=charges, low=low, limit=limit)


TIERS = ["15", "8 to 20; 15", "5 to 15; 10 to 20; 15 to 45; +7", "15 to 50; +9", "20 to 30; +5", "90"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([E1A, E1C, bought(E1A, PurchaseVat.GROSS_NOT_RECOVERABLE)]),
    st.sampled_from(TIERS),
    st.integers(100, 6_000),
    st.integers(0, 400),
    st.integers(500, 3_000),
    st.integers(0, 300),
)
def test_intervals_are_those_of_a_search(
    example: FlipInputs, tiers: str, buy: int, saved: int, limit: int, minimum: int
) -> None:
    fees = ruled(replace(example, buy=buy, fba=500), tiers, low=500 - saved, limit=limit, minimum=minimum)
    found = profitable(fees)
    edges = [price + step for part in found for price in (part.low, part.high or MOST) for step in (-3, 3)]
    for price in [*range(1, MOST, 97), *(edge for edge in edges if edge > 0)]:
        net = evaluate_net(fees, price)
        inside = any(interval.holds(price) for interval in found)
        assert net >= -2 if inside else net <= 2  # rounded lines move a border by a cent or two


def evaluate_net(inputs: FlipInputs, price: int) -> int:
    cost = landed(inputs.terms.purchase, inputs.buy).cost
    return proceeds_of(replace(inputs, sale=price)).payout - cost


@pytest.mark.parametrize("tiers", TIERS)
def test_an_interval_begins_with_a_printed_profit(tiers: str) -> None:
    inputs = ruled(replace(E1A, buy=1500, fba=300), tiers, low=250, limit=2_000, minimum=30)
    for interval in profitable(inputs, profit=200):
        assert evaluate_net(inputs, interval.low) >= 200
        if interval.high is not None:
            assert evaluate_net(inputs, interval.high) >= 198


def test_a_price_of_which_nothing_is_kept_has_no_interval() -> None:
    assert profitable(ruled(E1A, "90", low=300, limit=1, minimum=0)) == ()
    assert break_even(replace(E1A, referral=1_000_000)) is None


def test_the_margin_scheme_breaks_where_sale_and_purchase_meet() -> None:
    assert 3000 in {piece.prices.high for piece in pieces(E1C)}
    assert TOY.sale.margin_vat is None
