"""The score of a flip: 0 to 100 from named parts with weights, capped by gates. Same input, same score."""

from dataclasses import dataclass, field

from arbitrage.scoring.reasons import Reason, collect
from arbitrage.scoring.score_input import ScoreInput

VERSION = 1
HIGH = 70
MEDIUM = 40

MIN_STOCK_DAYS = 30
MIN_CHANGE_POINTS = 5

FULL_ROI = 4_000
"""Basis points of ROI that earn the whole part."""
FULL_NET = 1_500
"""EUR cents of net profit that earn the whole part."""
USUAL = 1_050
FREAK = 1_300
"""Current reference price over its median of 90 days, permille: usual up to the first, worthless from the second."""
UNKNOWN = 300
"""Permille of a part whose input Keepa does not give: never the whole, never nothing."""

RANKS = ((1_000, 1_000), (5_000, 850), (20_000, 650), (50_000, 450), (100_000, 250))
"""(sales rank up to, permille of the demand part)."""
WORST_RANK = 100
FEW_OFFERS = 3
MANY_OFFERS = 20
AGES = ((60, 1_000), (6 * 60, 700), (12 * 60, 400))
"""(minutes since the older leg was observed, permille of freshness)."""


@dataclass(frozen=True, slots=True)
class Part:
    """`points` of at most `weight`, from a value in permille."""

    name: str
    weight: int
    value: int
    points: int


@dataclass(frozen=True, slots=True)
class Score:
    """What is stored with an opportunity. `version` names the rules that produced it."""

    total: int
    parts: list[Part]
    reasons: list[Reason]
    version: int = field(default=VERSION)


def score(flip: ScoreInput) -> Score:
    """Weigh a priced flip.

    Gates: a thin history on either leg keeps the score under 40, an estimate keeps it under 70.
    """
    parts = [
        _part("roi", 25, _share(flip.roi, FULL_ROI)),
        _part("profit", 20, _share(flip.net_eur, FULL_NET)),
        _part("price", 20, _usual_price(flip)),
        _part("demand", 15, _demand(flip)),
        _part("competition", 10, _competition(flip)),
        _part("data", 10, _data(flip)),
    ]
    total = min(sum(part.points for part in parts), _cap(flip))
    return Score(total=total, parts=parts, reasons=collect(flip, thin=is_thin(flip)))


def is_thin(flip: ScoreInput) -> bool:
    """Whether either leg has too short a history to judge: under 30 days in stock or under 5 change points."""
    return any(
        leg.stock_days < MIN_STOCK_DAYS or leg.change_points < MIN_CHANGE_POINTS for leg in (flip.source, flip.target)
    )


def level(total: int) -> str:
    """`high` from 70, `medium` from 40, else `low`."""
    if total >= HIGH:
        return "high"
    return "medium" if total >= MEDIUM else "low"


def _cap(flip: ScoreInput) -> int:
    if is_thin(flip):
        return MEDIUM - 1
    return HIGH - 1 if flip.estimates else 100


def _part(name: str, weight: int, value: int) -> Part:
    return Part(name, weight, value, (2 * weight * value + 1_000) // 2_000)


def _share(amount: int, full: int) -> int:
    return min(max(amount, 0), full) * 1_000 // full


def _usual_price(flip: ScoreInput) -> int:
    """How usual the current reference price is against its median of 90 days."""
    if not flip.target.median_90:
        return UNKNOWN
    ratio = flip.target.price * 1_000 // flip.target.median_90
    return min(max((FREAK - ratio) * 1_000 // (FREAK - USUAL), 0), 1_000)


def _demand(flip: ScoreInput) -> int:
    if flip.target.rank is None:
        return UNKNOWN
    return next((value for limit, value in RANKS if flip.target.rank <= limit), WORST_RANK)


def _competition(flip: ScoreInput) -> int:
    """Fewer offers leave a larger share; with Amazon in the buy box nothing is left."""
    if flip.target.amazon_in_buy_box:
        return 0
    if flip.target.offers is None:
        return UNKNOWN
    over = min(max(flip.target.offers, FEW_OFFERS), MANY_OFFERS) - FEW_OFFERS
    return 1_000 - over * 1_000 // (MANY_OFFERS - FEW_OFFERS)


def _data(flip: ScoreInput) -> int:
    """Half for how fresh the older leg is, half for how steadily the rarer leg was in stock."""
    age = max(flip.source.age_minutes, flip.target.age_minutes)
    fresh = next((value for limit, value in AGES if age <= limit), WORST_RANK)
    in_stock = min(flip.source.in_stock_90 or 0, flip.target.in_stock_90 or 0)
    return (fresh + min(in_stock, 1_000)) // 2
