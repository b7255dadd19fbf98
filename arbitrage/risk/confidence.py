"""How sure the figures are: five named parts, and the weakest of them is the confidence.

A mean would let four good parts hide a bad one. One data point gives `sample` 0, whatever the rest says.
"""

from dataclasses import dataclass
from math import exp

FULL_STOCK_DAYS = 90
FULL_CHANGES = 12
SOURCE_MEMORY, TARGET_MEMORY = 6 * 60, 24 * 60
"""Minutes after which a price of the source, or of the target, is worth a third of a fresh one (economics.md 5)."""
SPREAD_FACTOR = 3
NO_SEASON = 800
"""A year of history is missing: nothing speaks against the season, but nobody has looked."""
HIGH, MEDIUM = 700, 400


@dataclass(frozen=True, slots=True)
class Confidence:
    """All permille. `spread` is from the median absolute deviation of the sale price over 90 days."""

    sample: int
    freshness: int
    stock: int
    steadiness: int
    season: int

    @property
    def total(self) -> int:
        """The weakest part."""
        return min(self.sample, self.freshness, self.stock, self.steadiness, self.season)

    @property
    def weakest(self) -> str:
        """The part that decides, the first of equals."""
        return min(self.__slots__, key=lambda name: getattr(self, name))

    @property
    def level(self) -> str:
        """`high`, `medium` or `low`."""
        return "high" if self.total >= HIGH else "medium" if self.total >= MEDIUM else "low"


def confidence(
    *,
    stock_days: int,
    changes: int,
    source_age: int,
    target_age: int,
    in_stock: int | None,
    spread: int | None,
    season: int | None,
) -> Confidence:
    """From the shorter of both histories, both ages (minutes), and what the target's 90 days looked like (permille)."""
    sample = min(1_000 * stock_days // FULL_STOCK_DAYS, 1_000 * max(changes - 1, 0) // (FULL_CHANGES - 1), 1_000)
    fresh = min(exp(-source_age / SOURCE_MEMORY), exp(-target_age / TARGET_MEMORY))
    return Confidence(
        sample=sample,
        freshness=round(1_000 * fresh),
        stock=in_stock or 0,
        steadiness=0 if spread is None else max(1_000 - SPREAD_FACTOR * spread, 0),
        season=NO_SEASON if season is None else season,
    )
