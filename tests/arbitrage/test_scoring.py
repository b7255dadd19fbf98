from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbitrage.scoring.score import VERSION, level, score
from arbitrage.scoring.score_input import Leg, ScoreInput

SOURCE = Leg(price=3_000, age_minutes=30, stock_days=300, change_points=20, median_90=3_500, in_stock_90=980)
TARGET = Leg(
    price=8_000,
    age_minutes=20,
    stock_days=360,
    change_points=30,
    median_90=8_000,
    trend_30=1_000,
    in_stock_90=1_000,
    rank=900,
    offers=3,
    amazon_in_buy_box=False,
    buy_box_age_minutes=20,
)
GOOD = ScoreInput(roi=4_500, net_eur=1_600, min_roi=1_500, estimates=(), source=SOURCE, target=TARGET)


def codes(flip: ScoreInput) -> set[str]:
    return {reason.code for reason in score(flip).reasons}


def with_target(**changes: Any) -> ScoreInput:
    return replace(GOOD, target=replace(TARGET, **changes))


def test_parts_add_up_and_carry_the_version() -> None:
    result = score(GOOD)
    assert [(part.name, part.points) for part in result.parts] == [
        ("roi", 25),
        ("profit", 20),
        ("price", 20),
        ("demand", 15),
        ("competition", 10),
        ("data", 10),
    ]
    assert (result.total, result.version) == (100, VERSION)


@pytest.mark.parametrize("leg", ["source", "target"])
@pytest.mark.parametrize("thin", [{"stock_days": 29}, {"change_points": 4}])
def test_a_thin_history_on_either_leg_is_low(leg: str, thin: dict[str, Any]) -> None:
    flip = replace(GOOD, **{leg: replace(getattr(GOOD, leg), **thin)})
    assert level(score(flip).total) == "low"
    assert "thin_history" in codes(flip)


def test_thirty_days_and_five_changes_are_enough() -> None:
    enough: dict[str, Any] = {"stock_days": 30, "change_points": 5}
    flip = replace(GOOD, source=replace(SOURCE, **enough), target=replace(TARGET, **enough))
    assert level(score(flip).total) == "high"


def test_an_estimate_is_never_high() -> None:
    flip = replace(GOOD, estimates=("the buy box in DE was never asked",))
    assert score(flip).total == 69
    assert "estimate" in codes(flip)


@pytest.mark.parametrize(
    ("flip", "code"),
    [
        (with_target(price=9_200), "price_spike"),
        (with_target(trend_30=949), "price_falling"),
        (with_target(amazon_in_buy_box=True), "amazon_in_buy_box"),
        (with_target(offers=12), "many_offers"),
        (with_target(rank=None), "rank_unknown"),
        (with_target(in_stock_90=699), "often_out_of_stock"),
        (with_target(age_minutes=721), "old_target"),
        (with_target(buy_box_age_minutes=1_441), "old_buy_box"),
        (replace(GOOD, source=replace(SOURCE, age_minutes=361)), "old_source"),
    ],
)
def test_what_speaks_against_is_named(flip: ScoreInput, code: str) -> None:
    assert code in codes(flip)
    assert code not in codes(GOOD)


def test_what_speaks_for_it_is_named() -> None:
    assert codes(GOOD) == {"strong_roi", "strong_profit", "source_discount", "usual_price", "sells_well", "few_offers"}
    assert all(reason.favourable for reason in score(GOOD).reasons)


def test_amazon_in_the_buy_box_takes_the_competition_part() -> None:
    assert score(with_target(amazon_in_buy_box=True)).total == 90


def test_a_spike_costs_the_price_part() -> None:
    assert score(with_target(price=10_400)).total == 80


def test_levels_begin_at_40_and_70() -> None:
    assert [level(total) for total in (0, 39, 40, 69, 70, 100)] == ["low", "low", "medium", "medium", "high", "high"]


maybe = st.one_of(st.none(), st.integers(0, 10**7))
legs = st.builds(
    Leg,
    price=st.integers(1, 10**7),
    age_minutes=st.integers(0, 10**6),
    stock_days=st.integers(0, 365),
    change_points=st.integers(0, 500),
    median_90=maybe,
    trend_30=maybe,
    in_stock_90=st.one_of(st.none(), st.integers(0, 1_000)),
    rank=maybe,
    offers=maybe,
    amazon_in_buy_box=st.one_of(st.none(), st.booleans()),
    buy_box_age_minutes=maybe,
)
inputs = st.builds(
    ScoreInput,
    roi=st.integers(-20_000, 100_000),
    net_eur=st.integers(-(10**6), 10**6),
    min_roi=st.integers(0, 10_000),
    estimates=st.sampled_from([(), ("an input is assumed",)]),
    source=legs,
    target=legs,
)


@given(inputs)
def test_every_score_is_within_bounds_and_repeatable(flip: ScoreInput) -> None:
    result = score(flip)
    assert 0 <= result.total <= 100
    assert all(0 <= part.points <= part.weight for part in result.parts)
    assert result == score(flip)
