"""Which survival curves a page or the API asks for."""

from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from arbitrage.survival.lifetimes import By, seen_lifetimes
from arbitrage.survival.table import Row, survival_rows
from arbitrage_site.cached import remembered

KEPT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class SurvivalQuery:
    """`profile` None is the default profile."""

    by: By = By.PAIR
    profile: int | None = None

    @classmethod
    def of(cls, given: QueryDict) -> "SurvivalQuery":
        """Read from an address; what is not known counts as not given."""
        by, profile = given.get("by", ""), given.get("profile", "")
        known = profile.isascii() and profile.isdecimal() and len(profile) < 10
        return cls(By(by) if by in set(By) else By.PAIR, int(profile) if known else None)


def survival(query: SurvivalQuery, now: datetime) -> list[Row]:
    """Everything first, then a row for each group, from the opportunities of the last 365 days; one query.

    A year of them is read for it, and five minutes change nothing that one would see: it is remembered that long.
    """
    key = f"survival:{query.by}:{query.profile}:{now.date()}"
    return remembered(
        key,
        KEPT_SECONDS,
        lambda: survival_rows(seen_lifetimes(now, profile=query.profile), now.date(), query.by),
        list[Row],
    )
