"""Amazon's storage until the sale: volume by the month's price by the months held (economics.md 1.5, 3.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import lcm

from arbitrage.economics.missing import Missing
from arbitrage.economics.prices import PricedListing
from arbitrage.economics.sizes import Tier
from arbitrage.economics.tables import Category, Cell, DayTables

MM3 = {"m3": Fraction(10**9), "ft3": Fraction(28_316_846_592, 1_000)}
"""Cubic millimetres of the units in which storage is charged; an inch is 25.4 mm."""
DAYS_PER_MONTH = 30
LARGEST_VOLUME = 10**11
"""100 m3 in mm3: a larger unit was measured in the wrong unit, and no product here passes 64 bits."""
STANDARD, OVERSIZE, HAZMAT, HAZMAT_OVERSIZE = "standard", "oversize", "hazmat", "hazmat_oversize"
STANDARD_TIERS = frozenset(
    {"light_envelope", "standard_envelope", "large_envelope", "xl_envelope", "small_parcel", "standard_parcel"}
)


@dataclass(frozen=True, slots=True)
class Storing:
    """What Amazon asks for keeping goods in `store` for `days` before a sale on the day `on`: by group, at most one."""

    store: str
    on: date
    days: int
    cells: tuple[tuple[str, Cell], ...] = ()

    def of(self, group: str) -> Cell | Missing:
        """The price for a group of goods in the month of the sale."""
        cell = next((cell for name, cell in self.cells if name == group), None)
        return cell or Missing("storage", f"the price of storage of {group} goods in {self.store} on {self.on}")


@dataclass(frozen=True, slots=True)
class Stored:
    """One unit of `volume` mm3 kept for `days` at the price of a cell."""

    volume: int
    cell: Cell
    days: int

    @property
    def amount(self) -> int:
        """Minor units of the store's currency, half-up."""
        exact = self.volume * per_volume(self.cell, self.days)
        return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def storing_in(tables: DayTables, store: str, on: date, days: int) -> Storing:
    """The prices of a store in the month of a sale; those not found are missing when they are asked for."""
    groups = sorted({tier for kind, of, tier in tables.amounts if kind == "storage" and of == store})
    found = [(group, tables.storage(store, group, on.month)) for group in groups]
    known = [(group, cell) for group, cell in found if isinstance(cell, Cell) and cell.unit in MM3]
    return Storing(store, on, days, tuple(known))


def per_volume(cell: Cell, days: int) -> Fraction:
    """Minor units for a cubic millimetre over some days."""
    return Fraction(cell.amount * days, DAYS_PER_MONTH) / MM3[cell.unit]


def common(cells: Sequence[Cell | None], days: int) -> tuple[list[int], int]:
    """`per_volume` of several cells over one denominator; 0 where there is none."""
    shares = [per_volume(cell, days) if cell else Fraction(0) for cell in cells]
    denominator = lcm(*(share.denominator for share in shares))
    return [share.numerator * (denominator // share.denominator) for share in shares], denominator


def volume_of(listing: PricedListing) -> int | None:
    """The packed volume in mm3; None where a side is missing, zero or negative, or no parcel is that large."""
    sides = (listing.package_length, listing.package_width, listing.package_height)
    volume = 1
    for side in sides:
        if side is None or side <= 0:
            return None
        volume *= side
    return volume if volume <= LARGEST_VOLUME else None


def group_of(category: Category | None, tier: Tier | None, *, hazmat: bool) -> str:
    """Which price of storage holds: dangerous and large goods have their own, clothing has where it is neither."""
    own = category.storage if category else ""
    large = own == OVERSIZE or (tier is not None and tier.name not in STANDARD_TIERS)
    if hazmat:
        return HAZMAT_OVERSIZE if large else HAZMAT
    return OVERSIZE if large else own or STANDARD
