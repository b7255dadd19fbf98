from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from arbitrage.scoring.simple_figures import gross_margin, gross_profit, simple_confidence, simple_net, simple_priority

FRESH: dict[str, Any] = {"stock_days": 90, "change_points": 10, "age": timedelta(hours=1)}


def test_the_worked_example_gives_the_seeds_numbers() -> None:
    assert gross_profit(100_00, 140_00) == 40_00
    assert gross_margin(100_00, 140_00) == 28_57
    assert simple_net(100_00, 140_00) == 19_00


def test_a_loss_is_negative_and_rounds_away_from_zero() -> None:
    assert gross_profit(150, 100) == -50
    assert gross_margin(301, 200) == -50_50
    assert simple_net(100, 90) == -24


def test_confidence_is_high_medium_or_low_by_volatility_over_mean() -> None:
    assert simple_confidence([90, 110], [1, 1], **FRESH) == "high"
    assert simple_confidence([89, 111], [1, 1], **FRESH) == "medium"
    assert simple_confidence([70, 130], [1, 1], **FRESH) == "medium"
    assert simple_confidence([69, 131], [1, 1], **FRESH) == "low"


def test_one_data_point_is_never_high() -> None:
    assert simple_confidence([100], [1_000], stock_days=90, change_points=1, age=timedelta(0)) == "low"
    assert simple_confidence([100], [1_000], stock_days=29, change_points=9, age=timedelta(0)) == "low"


def test_old_data_is_never_high() -> None:
    assert simple_confidence([100], [1], stock_days=90, change_points=9, age=timedelta(hours=25)) == "low"


def test_no_offer_does_not_poison_the_mean() -> None:
    assert simple_confidence([100, -1, 100], [10, 50, 10], **FRESH) == "high"
    assert simple_confidence([-1], [10], **FRESH) == "low"
    assert simple_confidence([], [], **FRESH) == "low"


def test_a_price_weighs_as_long_as_it_stood() -> None:
    assert simple_confidence([100, 300], [10_000, 1], **FRESH) == "high"


def test_priority_scales_both_terms_with_fixed_caps() -> None:
    assert simple_priority(0, 0) == 0
    assert simple_priority(50_00, 50_00) == 1_000
    assert simple_priority(25_00, 0) == 300
    assert simple_priority(0, 25_00) == 200
    assert simple_priority(-10_00, -5_00) == 0


@given(st.integers(-20_000, 20_000), st.integers(-(10**9), 10**9))
def test_priority_stays_between_0_and_1000(margin: int, profit: int) -> None:
    assert 0 <= simple_priority(margin, profit) <= 1_000
