"""The product-limit estimator of Kaplan and Meier (1958) with Greenwood's standard error. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt
from typing import NamedTuple


class Lifetime(NamedTuple):
    """How long something was seen to last, in any unit. `ended` is False where it only went out of sight (censored)."""

    length: int
    ended: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What holds from `length` until the next step.

    `at_risk` lasted at least `length`, `ended` of them ended there. `share` is the estimate that something lasts longer
    than `length`, between 0 and 1, with its standard error.
    """

    length: int
    at_risk: int
    ended: int
    share: float
    error: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share that lasts longer than asked; `at_risk` were still in sight then."""

    share: float
    error: float
    at_risk: int


@dataclass(frozen=True, slots=True)
class Curve:
    """A survival curve. `count` lifetimes, `ended` of them to their end; the longest in sight was `longest`."""

    count: int
    ended: int
    longest: int
    steps: tuple[Step, ...]
    lengths: tuple[int, ...]

    def at(self, length: int) -> Estimate | None:
        """The share that lasts longer than `length`; None past what was seen, where the curve is not defined."""
        passed = [step for step in self.steps if step.length <= length]
        share, error = (passed[-1].share, passed[-1].error) if passed else (1.0, 0.0)
        if not self.count or (length > self.longest and share > 0):
            return None
        return Estimate(share, error, sum(1 for seen in self.lengths if seen >= length))

    @property
    def median(self) -> int | None:
        """The length that at most half outlast; None where more than half were still going when last seen."""
        return next((step.length for step in self.steps if step.share <= 0.5), None)


def kaplan_meier(lifetimes: Iterable[Lifetime]) -> Curve:
    """The curve of lifetimes. One censored at the very length at which another ended counts as at risk there."""
    known = list(lifetimes)
    lengths = tuple(sorted(life.length for life in known))
    ends = Counter(life.length for life in known if life.ended)
    gone = dict(zip(sorted(ends), _before(lengths, sorted(ends)), strict=True))
    steps: list[Step] = []
    share, hazard = 1.0, 0.0
    for length in sorted(ends):
        at_risk, ended = len(known) - gone[length], ends[length]
        share *= 1 - ended / at_risk
        hazard += ended / (at_risk * (at_risk - ended)) if at_risk > ended else 0.0
        steps.append(Step(length, at_risk, ended, share, share * sqrt(hazard)))
    return Curve(len(known), sum(ends.values()), lengths[-1] if lengths else 0, tuple(steps), lengths)


def _before(lengths: tuple[int, ...], marks: list[int]) -> list[int]:
    """How many lengths are shorter than each mark; both ascending."""
    counted = Counter(lengths)
    shorter = dict(zip(counted, accumulate(counted.values(), initial=0), strict=False))
    return [shorter[mark] for mark in marks]
