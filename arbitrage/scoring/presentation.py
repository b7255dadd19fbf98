"""A judgement in words: what `explain` prints and the product page shows, so that both say the same."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from arbitrage.economics.wording import money, percent
from arbitrage.models import Opportunity
from arbitrage.scoring.appraisal import Priced, appraise
from arbitrage.scoring.judgement import Judgement, judgement_of, stored_judgement
from arbitrage.scoring.score import VERSION, level

PARTS = {
    "profit": "expected profit a unit",
    "roi": "expected return",
    "chance": "chance of a profit",
    "speed": "how soon the money is back",
    "price": "how usual the sale price is",
    "competition": "other sellers and Amazon",
    "confidence": "how sure the data is",
}
_WEAKEST = {
    "sample": "length of the history",
    "freshness": "age of the prices",
    "stock": "time in stock",
    "steadiness": "steadiness of the price",
    "season": "same weeks of last year",
}
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A named part of the score: `points` of `weight`."""

    label: str
    points: int
    weight: int


@dataclass(frozen=True, slots=True)
class ShownReason:
    """A reason with its sentence; `limit` says what a gate does to the score, else it is empty."""

    code: str
    text: str
    favourable: bool
    limit: str


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A risk figure with its unit, as text."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything about a score that a person sees, and the days until the money is back; None: unknown."""

    total: int
    level: str
    version: int
    parts: list[ShownPart]
    reasons: list[ShownReason]
    figures: list[ShownFigure]
    capital_days: int | None


def shown_flip(flip: Priced, row: Opportunity | None, now: datetime) -> Shown:
    """The stored judgement of an open opportunity if it is by today's rules, else one made now. At most two queries."""
    if row is not None and row.score_version == VERSION:
        return shown(stored_judgement(row), flip.inputs.terms.currency)
    [appraisal] = appraise([flip], now)
    return shown(judgement_of(appraisal), flip.inputs.terms.currency)


def shown(judgement: Judgement, currency: str) -> Shown:
    """A judgement in words; `currency` is the target's."""
    return Shown(
        total=judgement.score,
        level=level(judgement.score),
        version=judgement.score_version,
        parts=[
            ShownPart(PARTS.get(part["name"]) or part["name"], part["points"], part["weight"])
            for part in judgement.score_parts
        ],
        reasons=[_reason(reason) for reason in judgement.reasons],
        figures=_figures(judgement.risk, currency) if judgement.risk else [],
        capital_days=judgement.risk.get("capital_days"),
    )


def _reason(reason: dict[str, Any]) -> ShownReason:
    gate = reason.get("gate")
    limit = "" if gate is None else f"the score is at most {gate}"
    return ShownReason(reason["code"], reason.get("text") or reason["code"], reason["favourable"], limit)


def _figures(risk: dict[str, Any], currency: str) -> list[ShownFigure]:
    assumed = ", assumed" if risk["return_rate_is_assumed"] else ""
    profit = f"{money(risk['expected_net'], currency)} at {percent(risk['return_rate'])} returns{assumed}"
    days = f"{_permille(risk['chance'])} over {risk['replayed_days']} days in stock"
    rows = [
        ("expected profit a unit after returns", profit),
        ("expected return after returns", percent(risk["expected_roi"] * 100)),
        ("chance of a profit", days if risk["chance"] is not None else UNKNOWN),
        ("chance in the same weeks of last year", _permille(risk["season"])),
        ("Amazon on the target in 90 days", _permille(risk["amazon_share"])),
        ("sales a month, at least", f"{risk['monthly_sales'] // 100}.{risk['monthly_sales'] % 100:02d}"),
        ("offers that compete", _number(risk["competitors"])),
        ("own share of the sales", _permille(risk["own_share"])),
        ("days until it is on sale", _number(risk["lag_days"])),
        ("days to sell one unit", _number(risk["sell_days"])),
        ("units worth buying", _number(risk["units"])),
        ("days the money is tied up", _number(risk["capital_days"])),
        ("expected profit per capital day", _per_day(risk["profit_per_day"])),
        ("sale price away from its median", _permille(risk["spread"])),
        ("confidence", f"{_permille(risk['confidence'])}; weakest: {_WEAKEST[risk['confidence_weakest']]}"),
    ]
    return [ShownFigure(label, text) for label, text in rows]


def _permille(share: int | None) -> str:
    return UNKNOWN if share is None else percent(share * 1_000)


def _number(number: int | None) -> str:
    return UNKNOWN if number is None else str(number)


def _per_day(thousandths: int | None) -> str:
    """Thousandths of a euro, rounded down to what they are."""
    if thousandths is None:
        return UNKNOWN
    sign = "-" if thousandths < 0 else ""
    return f"{sign}{abs(thousandths) // 1_000}.{abs(thousandths) % 1_000:03d} EUR"
