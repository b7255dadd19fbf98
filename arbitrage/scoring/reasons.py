"""Reason codes of a score: why for, why against, each with a sentence made of our own words and numbers alone.

A rule is a code, what it does to the score, and a check that returns the sentence where it holds. Rules against may be
gates: the score is then at most `gate`, whatever its parts say (economics.md 5: gates before score).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from arbitrage.scoring.score_input import ScoreInput

NEVER = 0
LOW = 39
MEDIUM = 69
"""Gates: not at all, at most low, at most medium."""

Check = Callable[[ScoreInput], str | None]


@dataclass(frozen=True, slots=True)
class Reason:
    """`favourable` says whether it speaks for the flip; with a `gate` the score is at most that."""

    code: str
    favourable: bool
    text: str
    gate: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """When a reason holds, and how it is put."""

    code: str
    check: Check
    favourable: bool = False
    gate: int | None = None


def collect(rules: Iterable[Rule], flip: ScoreInput) -> list[Reason]:
    """All reasons that hold: gates first, the lowest before the others, then what else is against, then what is for."""
    found = [
        Reason(rule.code, rule.favourable, text, rule.gate) for rule in rules if (text := rule.check(flip)) is not None
    ]
    return sorted(found, key=lambda reason: (reason.favourable, 100 if reason.gate is None else reason.gate))


def percent(permille: int) -> str:
    """Permille as people read it: 125 is 12.5 %."""
    return f"{Decimal(permille).scaleb(-1)} %"


def euros(cents: int) -> str:
    """EUR cents as people read them."""
    return f"EUR {Decimal(cents).scaleb(-2)}"
