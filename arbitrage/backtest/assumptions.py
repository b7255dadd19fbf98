"""What a backtest takes for granted; every number can be changed and is printed with the result."""

from dataclasses import dataclass, fields
from enum import StrEnum

from arbitrage_site.clock import MINUTES_PER_DAY


class Placebo(StrEnum):
    """A signal that knows nothing: what is left of the profit then was never an edge (economics.md 6.1)."""

    SHIFT = "shift"
    """The source's prices in the signal are 30 days old; one buys at those of the day."""
    SWAP = "swap"
    """One buys where the signal says to sell, and the other way round."""


PLACEBO_SHIFT = 30 * MINUTES_PER_DAY


class ImpossibleAssumption(ValueError):
    """An assumption that cannot be; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The rules of the game.

    Fires at `min_roi` (basis points) and `min_profit` (EUR cents). `days` back from the newest price. `delay` minutes
    pass from a change at Amazon until one has bought. The sale is `undercut` (ppm) below the buy box. `lag` days from
    buying to being on sale; None is 14, in November and December 28. Then one waits for a buyer, `slowest_sale` days at
    most, and for a buy box that can be won, `patience` days after arrival at most. The bootstrap draws `resamples`
    times from `seed`.
    """

    min_roi: int = 1500
    min_profit: int = 300
    days: int = 365
    delay: int = 60
    undercut: int = 10_000
    lag: int | None = None
    slowest_sale: int = 30
    patience: int = 60
    resamples: int = 1_000
    seed: int = 1
    placebo: Placebo | None = None

    def __post_init__(self) -> None:
        """Raises ImpossibleAssumption for the first number outside its limits."""
        for field in fields(self):
            limits = LIMITS.get(field.name)
            value = getattr(self, field.name)
            if limits and value is not None and not limits[0] <= value <= limits[1]:
                raise ImpossibleAssumption(
                    f"{field.name} is {value}; give a number between {limits[0]} and {limits[1]}."
                )


LIMITS: dict[str, tuple[int, int]] = {
    "min_roi": (-10_000, 1_000_000),
    "min_profit": (-10_000_000, 10_000_000),
    "days": (1, 3_650),
    "delay": (0, 10 * MINUTES_PER_DAY),
    "undercut": (0, 500_000),
    "lag": (0, 365),
    "slowest_sale": (0, 365),
    "patience": (0, 365),
    "resamples": (100, 100_000),
    "seed": (0, 2**32 - 1),
}
