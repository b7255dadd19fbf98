"""Reasons that lie in the prices: what is earned, how likely, and how usual both prices are."""

from arbitrage.scoring.reasons import LOW, MEDIUM, NEVER, Rule, euros, percent
from arbitrage.scoring.score_input import ScoreInput

STRONG_ROI = 1_000
"""Basis points of ROI above the profile's minimum."""
STRONG_NET = 1_000
SPIKE = 1_150
"""Permille of the median of 90 days."""
DISCOUNT = 900
FALLING = 950
UNSTEADY = 100
"""Permille of median absolute deviation from which a price is called unsteady."""
EVEN, LIKELY = 500, 900
"""Permille of chance: less than even keeps the score low, from LIKELY on it speaks for the flip."""


def _loss(flip: ScoreInput) -> str | None:
    return None if flip.net_eur > 0 else "It earns nothing at the conservative sale price."


def _returns_eat_it(flip: ScoreInput) -> str | None:
    if flip.risk.expected_eur > 0 or flip.net_eur <= 0:
        return None
    return f"After the expected returns nothing is left: {euros(flip.risk.expected_eur)} a unit."


def _unlikely(flip: ScoreInput) -> str | None:
    chance = flip.risk.chance
    if chance is None or chance >= EVEN:
        return None
    return f"At the sale prices of the last 90 days only {percent(chance)} of such sales would have earned something."


def _not_replayed(flip: ScoreInput) -> str | None:
    if flip.risk.chance is not None:
        return None
    return f"The target's history is too short to see what becomes of a price in {flip.risk.velocity.lag_days} days."


def _wrong_season(flip: ScoreInput) -> str | None:
    season = flip.risk.season
    if season is None or season >= EVEN:
        return None
    return f"In the same weeks of last year only {percent(season)} of sales would have earned something."


def _spike(flip: ScoreInput) -> str | None:
    over = flip.target.over_median
    if over is None or over < SPIKE:
        return None
    return f"The sale price is {percent(over - 1_000)} above its median of 90 days."


def _falling(flip: ScoreInput) -> str | None:
    trend = flip.target.trend_30
    if trend is None or trend >= FALLING:
        return None
    return f"The sale price fell by {percent(1_000 - trend)} in a month."


def _unsteady(flip: ScoreInput) -> str | None:
    spread = flip.risk.spread
    if spread is None or spread < UNSTEADY:
        return None
    return f"The sale price is usually {percent(spread)} away from its median of 90 days."


def _minimum_price(flip: ScoreInput) -> str | None:
    if not flip.source.is_map:
        return None
    return "A minimum-price rule hides the source's price, so it may not be the one that you pay."


def _limited(flip: ScoreInput) -> str | None:
    words = {"preorder": "a preorder", "backorder": "on back order", "prime": "for Prime members alone"}
    word = words.get(flip.source.box_limit)
    return None if word is None else f"The source's offer is {word}."


def _strong_roi(flip: ScoreInput) -> str | None:
    if flip.roi < flip.min_roi + STRONG_ROI:
        return None
    return f"The return of {percent(flip.roi // 10)} is well above the minimum."


def _strong_profit(flip: ScoreInput) -> str | None:
    return "The net profit is at least EUR 10.00 a unit." if flip.net_eur >= STRONG_NET else None


def _likely(flip: ScoreInput) -> str | None:
    chance = flip.risk.chance
    if chance is None or chance < LIKELY:
        return None
    return f"{percent(chance)} of sales at the prices of the last 90 days would have earned something."


def _discount(flip: ScoreInput) -> str | None:
    under = flip.source.over_median
    if under is None or under > DISCOUNT:
        return None
    return f"The source price is {percent(1_000 - under)} below its median of 90 days."


def _usual(flip: ScoreInput) -> str | None:
    over = flip.target.over_median
    return "The sale price is not above its median of 90 days." if over is not None and over <= 1_000 else None


def _right_season(flip: ScoreInput) -> str | None:
    season = flip.risk.season
    if season is None or season < LIKELY:
        return None
    return f"In the same weeks of last year {percent(season)} of sales would have earned something."


RULES = (
    Rule("loss", _loss, gate=NEVER),
    Rule("returns_eat_it", _returns_eat_it, gate=LOW),
    Rule("profit_unlikely", _unlikely, gate=LOW),
    Rule("not_replayed", _not_replayed, gate=LOW),
    Rule("minimum_price", _minimum_price, gate=LOW),
    Rule("offer_limited", _limited, gate=LOW),
    Rule("wrong_season", _wrong_season, gate=MEDIUM),
    Rule("price_spike", _spike),
    Rule("price_falling", _falling),
    Rule("price_unsteady", _unsteady),
    Rule("strong_roi", _strong_roi, favourable=True),
    Rule("strong_profit", _strong_profit, favourable=True),
    Rule("profit_likely", _likely, favourable=True),
    Rule("source_discount", _discount, favourable=True),
    Rule("usual_price", _usual, favourable=True),
    Rule("right_season", _right_season, favourable=True),
)
