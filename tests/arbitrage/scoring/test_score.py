"""The parts of the score, its gates and its bounds."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrage.risk.assessment import Risk
from arbitrage.risk.confidence import Confidence
from arbitrage.risk.match import Goods
from arbitrage.risk.replay import Replay
from arbitrage.risk.velocity import velocity
from arbitrage.scoring.score import VERSION, level, score
from arbitrage.scoring.score_input import Leg, ScoreInput
from tests.arbitrage.scoring.examples import GOOD, RISK, with_risk, with_target


def points(judged: ScoreInput) -> dict[str, int]:
    return {part.name: part.points for part in score(judged).parts}


def test_a_flip_of_which_everything_speaks_well_has_all_points() -> None:
    result = score(GOOD)
    weights = {"profit": 15, "roi": 15, "chance": 20, "speed": 15, "price": 10, "competition": 10, "confidence": 15}
    assert points(GOOD) == weights
    assert sum(weights.values()) == result.total == 100
    assert result.version == VERSION


@pytest.mark.parametrize(
    ("judged", "part", "expected"),
    [
        (with_risk(expected_eur=1_000), "profit", 8),
        (with_risk(replay=Replay(750, 750, 90, 0)), "chance", 10),
        (with_risk(replay=Replay(500, 500, 90, 0)), "chance", 0),
        (with_risk(velocity=velocity(0, 1, amazon_has_box=False, lag=14)), "speed", 0),
        (with_risk(confidence=Confidence(1_000, 400, 1_000, 1_000, 1_000)), "confidence", 6),
        (with_risk(replay=Replay(1_000, 1_000, 90, 500)), "competition", 5),
        (with_target(price=9_080), "price", 5),
        (with_target(price=10_000), "price", 0),
        (with_target(median_90=None), "price", 3),
        (with_target(offers=9), "competition", 5),
        (with_target(offers=None), "competition", 3),
    ],
)
def test_each_part_answers_to_its_own_input_alone(judged: ScoreInput, part: str, expected: int) -> None:
    assert points(judged) == points(GOOD) | {part: expected}


def test_levels_begin_at_40_and_70() -> None:
    assert [level(total) for total in (0, 39, 40, 69, 70, 100)] == ["low", "low", "medium", "medium", "high", "high"]


maybe = st.one_of(st.none(), st.integers(0, 10**7))
permille = st.integers(0, 1_000)
maybe_permille = st.one_of(st.none(), permille)
flags = st.one_of(st.none(), st.booleans())
goods = st.builds(
    Goods,
    marketplace=st.sampled_from(["DE", "UK", "IT"]),
    title=st.text(max_size=30),
    category=st.sampled_from(["", "Libri", "Home & Kitchen"]),
    pack=st.one_of(st.none(), st.integers(1, 50)),
    eans=st.sets(st.sampled_from(["1", "2"])),
    sides=st.one_of(st.none(), st.tuples(*[st.integers(1, 3_000)] * 3)),
    weight=maybe,
)
legs = st.builds(
    Leg,
    goods=goods,
    price=st.integers(1, 10**7),
    age_minutes=st.integers(0, 10**6),
    stock_days=st.integers(0, 365),
    change_points=st.integers(0, 500),
    median_90=maybe,
    trend_30=maybe,
    in_stock_90=maybe_permille,
    rank=maybe,
    offers=maybe,
    amazon_in_buy_box=flags,
    buy_box_age_minutes=maybe,
    is_unqualified=flags,
    box_limit=st.sampled_from(["", "preorder"]),
    is_map=flags,
    is_hazmat=flags,
    is_heat_sensitive=flags,
    return_rate=st.sampled_from([None, 1, 2]),
)
risks = st.builds(
    Risk,
    returns=st.just(RISK.returns),
    expected_eur=st.integers(-(10**6), 10**6),
    replay=st.builds(Replay, maybe_permille, maybe_permille, st.integers(0, 90), maybe_permille),
    season=maybe_permille,
    velocity=st.builds(
        velocity, st.integers(0, 10**6), st.integers(0, 40), amazon_has_box=st.booleans(), lag=st.just(14)
    ),
    confidence=st.builds(Confidence, permille, permille, permille, permille, permille),
    spread=maybe_permille,
    offers_before=maybe,
    profit_per_day=maybe,
)
inputs = st.builds(
    ScoreInput,
    roi=st.integers(-20_000, 100_000),
    net_eur=st.integers(-(10**6), 10**6),
    min_roi=st.integers(0, 10_000),
    estimates=st.sampled_from([(), ("an input is assumed",)]),
    source=legs,
    target=legs,
    risk=risks,
    today=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    blocked=st.sampled_from([None, None, "gated"]),
)


@settings(max_examples=100, deadline=None)
@given(inputs)
def test_every_score_is_within_bounds_and_gates_and_repeatable(judged: ScoreInput) -> None:
    result = score(judged)
    gates = [reason.gate for reason in result.reasons if reason.gate is not None]
    assert 0 <= result.total <= min([100, *gates])
    assert all(0 <= part.points <= part.weight for part in result.parts)
    assert all(reason.text for reason in result.reasons)
    assert result == score(judged)


@settings(max_examples=100, deadline=None)
@given(inputs, st.sampled_from(["source", "target"]))
def test_a_product_with_one_data_point_is_never_high(judged: ScoreInput, side: str) -> None:
    changed: dict[str, Any] = {name: getattr(judged, name) for name in judged.__slots__}
    leg = changed[side]
    changed[side] = Leg(**{name: getattr(leg, name) for name in leg.__slots__} | {"change_points": 0})
    assert level(score(ScoreInput(**changed)).total) == "low"
