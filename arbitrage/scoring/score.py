"""The score of a flip: 0 to 100 from named parts with weights, capped by gates. Same input, same score.

Three numbers stay apart and are stored beside it: expected profit, chance of it, units and capital days. The score puts
them in one order for people who sort a list; its parts say what each of them added.
"""

from dataclasses import dataclass, field

from arbitrage.scoring import goods_rules, price_rules, target_rules
from arbitrage.scoring.reasons import Reason, collect
from arbitrage.scoring.score_input import ScoreInput

VERSION = 2
"""Of these rules, weights and sentences. Another one makes the detector score every open row again."""
HIGH = 70
MEDIUM = 40
RULES = (*goods_rules.RULES, *price_rules.RULES, *target_rules.RULES)

FULL_PROFIT = 2_000
"""EUR cents of expected profit a unit that earn the whole part."""
FULL_ROI = 4_000
"""Basis points of expected ROI that earn the whole part."""
NO_CHANCE = 500
"""Permille of chance that is worth nothing: a coin would do as well."""
FASTEST, SLOWEST = 21, 120
"""Capital days that earn the whole speed part, and from which it is worth nothing."""
USUAL, FREAK = 1_020, 1_250
"""Current reference price over its median of 90 days, permille: usual up to the first, worthless from the second."""
UNKNOWN = 300
"""Permille of a part whose input Keepa does not give: never the whole, never nothing."""
FEW_OFFERS, MANY_OFFERS = 2, 16


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
    """Weigh a priced flip; the total is at most the lowest gate among its reasons.

    The weights are a judgement (docs/decisions/0007). What is earned has 30, as amount and as return, because either
    alone prefers trifles or capital graves. The chance has the largest single weight: it already knows the margin.
    Speed and certainty have 15 each, for a profit that comes in four months, or that rests on a few points, is not one
    to act on. Price and competition have 10 each, because the conservative price and the chance heard most of it.
    """
    risk = flip.risk
    parts = [
        _part("profit", 15, _share(risk.expected_eur, FULL_PROFIT)),
        _part("roi", 15, _share(risk.returns.expected.roi, FULL_ROI)),
        _part("chance", 20, _share((risk.chance or 0) - NO_CHANCE, 1_000 - NO_CHANCE)),
        _part("speed", 15, _speed(risk.velocity.capital_days)),
        _part("price", 10, _usual_price(flip)),
        _part("competition", 10, _competition(flip)),
        _part("confidence", 15, risk.confidence.total),
    ]
    reasons = collect(RULES, flip)
    gates = [reason.gate for reason in reasons if reason.gate is not None]
    return Score(total=min(sum(part.points for part in parts), *gates, 100), parts=parts, reasons=reasons)


def level(total: int) -> str:
    """`high` from 70, `medium` from 40, else `low`."""
    if total >= HIGH:
        return "high"
    return "medium" if total >= MEDIUM else "low"


def _part(name: str, weight: int, value: int) -> Part:
    return Part(name, weight, value, (2 * weight * value + 1_000) // 2_000)


def _share(amount: int, full: int) -> int:
    return min(max(amount, 0), full) * 1_000 // full


def _speed(capital_days: int | None) -> int:
    """What is not seen to sell is worth nothing here."""
    return 0 if capital_days is None else _share(SLOWEST - capital_days, SLOWEST - FASTEST)


def _usual_price(flip: ScoreInput) -> int:
    """How usual the current reference price is against its median of 90 days."""
    ratio = flip.target.over_median
    return UNKNOWN if ratio is None else _share(FREAK - ratio, FREAK - USUAL)


def _competition(flip: ScoreInput) -> int:
    """Fewer offers leave a larger share; what Amazon's presence in 90 days leaves of it."""
    if flip.target.offers is None:
        return UNKNOWN
    free = _share(MANY_OFFERS - flip.target.offers, MANY_OFFERS - FEW_OFFERS)
    return free * (1_000 - (flip.risk.replay.amazon_share or 0)) // 1_000
