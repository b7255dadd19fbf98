"""FBA size tiers: which one a package falls into and which weight Amazon bills (economics.md 3.4)."""

from collections.abc import Iterable
from dataclasses import dataclass

PER_KILOGRAM = 5_000_000
"""mm3 of a kilogram of dimensional weight: length x width x height / 5000 in cm."""


@dataclass(frozen=True, slots=True)
class Package:
    """A packaged unit: sides in mm from the longest to the shortest, weight in g; all positive."""

    longest: int
    middle: int
    shortest: int
    weight: int

    @property
    def dimensional(self) -> int:
        """Dimensional weight in g, rounded up."""
        return -(-self.longest * self.middle * self.shortest * 1000 // PER_KILOGRAM)

    @property
    def girth(self) -> int:
        """Length and twice the other two, mm."""
        return self.longest + 2 * (self.middle + self.shortest)


@dataclass(frozen=True, slots=True)
class Tier:
    """A size tier; None is no limit. `dimensional`: the larger of unit and dimensional weight is billed."""

    name: str
    rank: int
    longest: int | None = None
    middle: int | None = None
    shortest: int | None = None
    max_girth: int | None = None
    max_weight: int | None = None
    max_dimensional: int | None = None
    dimensional: bool = False

    def fits(self, package: Package) -> bool:
        """Whether a package is within all limits."""
        limits = (
            (package.longest, self.longest),
            (package.middle, self.middle),
            (package.shortest, self.shortest),
            (package.weight, self.max_weight),
            (package.girth, self.max_girth),
            (package.dimensional, self.max_dimensional),
        )
        return all(limit is None or value <= limit for value, limit in limits)

    def billed(self, package: Package) -> int:
        """The weight that is billed, g."""
        return max(package.weight, package.dimensional) if self.dimensional else package.weight


def package_of(length: int | None, width: int | None, height: int | None, weight: int | None) -> Package | None:
    """The package, its sides in any order; None where a measure is missing, zero or negative."""
    if length is None or width is None or height is None or weight is None:
        return None
    if min(length, width, height, weight) <= 0:
        return None
    longest, middle, shortest = sorted((length, width, height), reverse=True)
    return Package(longest, middle, shortest, weight)


def tier_of(package: Package, tiers: Iterable[Tier]) -> Tier | None:
    """The first tier, by rank, that fits; the tiers must be in order."""
    return next((tier for tier in tiers if tier.fits(package)), None)
