"""A flip of which everything speaks well, and ways to spoil one thing about it."""

from dataclasses import replace
from datetime import date
from typing import Any

from arbitrage.economics.profiles import Returns
from arbitrage.risk.assessment import Risk
from arbitrage.risk.confidence import Confidence
from arbitrage.risk.match import Goods
from arbitrage.risk.replay import Replay
from arbitrage.risk.returned import after_returns
from arbitrage.risk.velocity import velocity
from arbitrage.scoring.score_input import Leg, ScoreInput
from tests.arbitrage.economics.examples import E1A, with_returns

BOUGHT = Goods("IT", "Trenino", "Giochi e giocattoli", 1, {"4004122159147"}, (300, 220, 100), 850)
SOLD = Goods("DE", "Holzeisenbahn", "Spielzeug", 1, {"4004122159147"}, (300, 220, 100), 850)
SOURCE = Leg(
    goods=BOUGHT, price=3_000, age_minutes=30, stock_days=300, change_points=20, median_90=3_500, in_stock_90=980
)
TARGET = Leg(
    goods=SOLD,
    price=8_000,
    age_minutes=20,
    stock_days=360,
    change_points=30,
    median_90=8_000,
    trend_30=1_000,
    in_stock_90=1_000,
    rank=900,
    offers=2,
    amazon_in_buy_box=False,
    buy_box_age_minutes=20,
)
RISK = Risk(
    returns=after_returns(with_returns(replace(E1A, buy=2_500), Returns(10_000, 500_000)), 2_985, "", None),
    expected_eur=2_900,
    replay=Replay(chance=1_000, unadjusted=1_000, days=90, amazon_share=0),
    season=1_000,
    velocity=velocity(30_000, 1, amazon_has_box=False, lag=14),
    confidence=Confidence(1_000, 1_000, 1_000, 1_000, 1_000),
    spread=10,
    offers_before=2,
    profit_per_day=5_000,
)
GOOD = ScoreInput(
    roi=4_500,
    net_eur=1_600,
    min_roi=1_500,
    estimates=(),
    source=SOURCE,
    target=TARGET,
    risk=RISK,
    today=date(2026, 11, 20),
)


def flip(**changes: Any) -> ScoreInput:
    """The good flip with other figures."""
    return replace(GOOD, **changes)


def with_source(**changes: Any) -> ScoreInput:
    """The good flip with another source."""
    return flip(source=replace(SOURCE, **changes))


def with_target(**changes: Any) -> ScoreInput:
    """The good flip with another target."""
    return flip(target=replace(TARGET, **changes))


def with_risk(**changes: Any) -> ScoreInput:
    """The good flip at another risk."""
    return flip(risk=replace(RISK, **changes))


def with_goods(source: dict[str, Any], target: dict[str, Any]) -> ScoreInput:
    """The good flip with other goods on either side."""
    bought, sold = replace(BOUGHT, **source), replace(SOLD, **target)
    return flip(source=replace(SOURCE, goods=bought), target=replace(TARGET, goods=sold))
