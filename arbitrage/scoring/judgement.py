"""A judgement in the form in which it is stored with an opportunity: plain values, by the names of the columns."""

from dataclasses import dataclass
from typing import Any

from arbitrage.models import Opportunity
from arbitrage.risk.assessment import figures_of
from arbitrage.scoring.appraisal import Appraisal
from arbitrage.scoring.reasons import Reason
from arbitrage.scoring.score import Part

Entry = dict[str, Any]
SORTED_BY = ("chance", "profit_per_day")
"""Risk figures by which lists are sorted."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Field by field the columns of Opportunity with the same names; two of the risk figures are columns as well."""

    score: int
    score_version: int
    score_parts: list[Entry]
    reasons: list[Entry]
    risk: Entry

    def columns(self) -> dict[str, Any]:
        """The columns and their values."""
        own = {name: getattr(self, name) for name in self.__slots__}
        return own | {name: self.risk[name] for name in SORTED_BY}


def judgement_of(appraisal: Appraisal) -> Judgement:
    """What an appraisal leaves in a row."""
    result = appraisal.score
    return Judgement(
        score=result.total,
        score_version=result.version,
        score_parts=[_as_stored(part) for part in result.parts],
        reasons=[_as_stored(reason) for reason in result.reasons],
        risk=dict(figures_of(appraisal.risk)),
    )


def stored_judgement(row: Opportunity) -> Judgement:
    """What a row holds."""
    return Judgement(row.score, row.score_version, row.score_parts, row.reasons, row.risk)


def _as_stored(entry: Part | Reason) -> Entry:
    """As JSON keeps it. `asdict` copies deeply and costs ten times as much."""
    return {name: getattr(entry, name) for name in entry.__slots__}
