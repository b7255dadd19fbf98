"""Amazon's fee tables as a frozen value, and what of them holds on a day (economics.md 3).

A lookup answers with the row or with what is missing; where two rows hold on one day none of them counts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Generic, TypeVar

from arbitrage.economics.missing import Missing
from arbitrage.economics.referral import ReferralRule
from arbitrage.economics.sizes import Tier

T = TypeVar("T")
K = TypeVar("K")
T_co = TypeVar("T_co", covariant=True)
Key = tuple[str, ...]
AmountKey = tuple[str, str, str]
"""(kind, store, tier or group)."""


@dataclass(frozen=True, slots=True)
class Dated(Generic[T_co]):
    """Something that holds on the days from `valid_from` to `valid_to`, both inclusive."""

    value: T_co
    valid_from: date
    valid_to: date | None = None

    def holds(self, on: date) -> bool:
        """Whether it applies on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Cell:
    """An amount of a fee table, minor units, up to `up_to` g (0: any); `per_step` more for each `step` g begun."""

    amount: int
    up_to: int = 0
    per_step: int = 0
    step: int = 0
    months: str = ""
    unit: str = ""
    valid_from: date = date.min
    source: str = ""
    confidence: str = "H"


@dataclass(frozen=True, slots=True)
class Category:
    """What a root category means. `fee_categories` are candidates in order; tax class "unknown": several rates."""

    name: str
    fee_categories: tuple[str, ...]
    tax_class: str
    duty_class: str = ""
    low_price_special: bool = False
    media: bool = False
    storage: str = ""
    returns: str = ""
    confidence: str = "M"


@dataclass(frozen=True)
class FeeTables:
    """All rows of all days. `referral` is by (fee category, currency), `categories` by folded name."""

    referral: Mapping[Key, Sequence[Dated[ReferralRule]]] = field(default_factory=dict)
    amounts: Mapping[AmountKey, Sequence[Dated[Cell]]] = field(default_factory=dict)
    tiers: Sequence[Dated[Tier]] = ()
    categories: Mapping[str, Sequence[Dated[Category]]] = field(default_factory=dict)
    _days: dict[date, "DayTables"] = field(default_factory=dict, compare=False, repr=False)

    def overlaps(self) -> list[str]:
        """A sentence for each pair of rows that hold on the same day; neither counts on such days."""
        named: list[tuple[str, Sequence[Dated[object]]]] = [
            (" ".join(key), rows) for key, rows in self.referral.items()
        ]
        named += [(name, rows) for name, rows in self.categories.items()]
        for key, rows in self.amounts.items():
            places: dict[str, list[Dated[object]]] = {}
            for row in rows:
                place = " ".join(str(part) for part in (*key, row.value.up_to, row.value.months) if part)
                places.setdefault(place, []).append(Dated(row.value, row.valid_from, row.valid_to))
            named += places.items()
        return [sentence for name, rows in named for sentence in _overlapping(name, rows)]

    def on(self, day: date) -> "DayTables":
        """What holds on a day; worked out once a day."""
        if day not in self._days:
            self._days[day] = DayTables(
                day=day,
                referral=_single(self.referral, day),
                amounts={key: cells for key, rows in self.amounts.items() if (cells := _cells(_on(rows, day)))},
                tiers=tuple(sorted(_on(self.tiers, day), key=lambda tier: tier.rank)),
                categories=_single(self.categories, day),
                loaded=bool(self.referral or self.amounts),
            )
        return self._days[day]


def _single(groups: Mapping[K, Sequence[Dated[T]]], day: date) -> dict[K, T]:
    """The one value of each key that holds on a day; none where two hold."""
    held = {key: _on(rows, day) for key, rows in groups.items()}
    return {key: values[0] for key, values in held.items() if len(values) == 1}


def _on(rows: Iterable[Dated[T]], day: date) -> list[T]:
    return [row.value for row in rows if row.holds(day)]


def _overlapping(name: str, rows: Sequence[Dated[object]]) -> Iterator[str]:
    ordered = sorted(rows, key=lambda row: row.valid_from)
    for earlier, later in pairwise(ordered):
        if earlier.holds(later.valid_from):
            yield f"{name}: the row of {earlier.valid_from} still holds when that of {later.valid_from} begins"


def _cells(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """The cells of a tier by weight; a weight or season of which two rows hold is left out."""
    places = [(cell.up_to, cell.months) for cell in cells]
    once = [cell for cell, place in zip(cells, places, strict=True) if places.count(place) == 1]
    return tuple(sorted(once, key=lambda cell: (cell.up_to, season(cell.months))))


def season(months: str) -> tuple[int, int]:
    """The first and the last month of a text like 10-12; (0, 0), which holds none, where it cannot be read."""
    first, _, last = months.partition("-")
    return (int(first), int(last)) if first.isdecimal() and last.isdecimal() else (0, 0)


@dataclass(frozen=True)
class DayTables:
    """The rows of one day. Not `loaded`: no tables are in use, and Keepa's figures stand as they are."""

    day: date = date.min
    referral: Mapping[Key, ReferralRule] = field(default_factory=dict)
    amounts: Mapping[AmountKey, tuple[Cell, ...]] = field(default_factory=dict)
    tiers: tuple[Tier, ...] = ()
    categories: Mapping[str, Category] = field(default_factory=dict)
    loaded: bool = False

    def category(self, name: str) -> Category | None:
        """What a root category means, whatever the case of its letters."""
        return self.categories.get(name.casefold())

    def cell(self, kind: str, store: str, tier: str = "", weight: int = 0) -> Cell | None:
        """The cell that covers a weight: the store's own, else that of every store."""
        for key in ((kind, store, tier), (kind, "", tier)):
            cells = self.amounts.get(key, ())
            for cell in cells:
                if cell.up_to == 0 or weight <= cell.up_to:
                    return cell
            if cells and cells[-1].per_step:
                return cells[-1]
        return None

    def amount(self, kind: str, store: str, tier: str, what: str) -> Cell | Missing:
        """The one amount of a kind in a store, or a sentence that names what is missing."""
        return self.cell(kind, store, tier) or Missing(kind, f"{what} in {store} on {self.day}")

    def storage(self, store: str, group: str, month: int) -> Cell | Missing:
        """The price of storage for a month (1 to 12), minor units per `unit` of volume."""
        for cell in self.amounts.get(("storage", store, group), ()):
            first, last = season(cell.months)
            if first <= month <= last:
                return cell
        return Missing("storage", f"price of storage of {group} goods in {store} in month {month} on {self.day}")


def charge(cell: Cell, weight: int) -> int:
    """The amount for a billed weight, minor units; a step begun counts whole."""
    if not cell.step or weight <= cell.up_to:
        return cell.amount
    return cell.amount + cell.per_step * -(-(weight - cell.up_to) // cell.step)


NO_TABLES = DayTables()
