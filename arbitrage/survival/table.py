"""Survival curves read off at the times that matter to a buyer. Pure but for the clock that is passed in."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from arbitrage.risk.velocity import lag_days
from arbitrage.survival.kaplan_meier import Curve, Estimate, Lifetime, kaplan_meier
from arbitrage.survival.lifetimes import By, Group, Seen

HOUR, DAY = 60, 1440
FEWEST = 20
"""Lifetimes below which no share is shown: one of them more or less would move it by more than five points."""
FEWEST_AT_RISK = 5
"""Lifetimes still in sight at a time below which the share there is not shown."""


class Horizon(NamedTuple):
    """A time after opening, in minutes, and its name."""

    name: str
    label: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The share (basis points) still open after a horizon, its standard error, and how many were in sight then.

    `share` is None where there is too little data, with the reason in `note`.
    """

    horizon: Horizon
    share: int | None
    error: int | None
    at_risk: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One group's survival. `median` is minutes, None while more than half outlast what was seen."""

    group: Group
    count: int
    ended: int
    censored: int
    median: int | None
    readings: tuple[Reading, ...]
    note: str = ""


def horizons(today: date) -> tuple[Horizon, ...]:
    """The times at which curves are read; the last is when goods bought today would arrive."""
    days = lag_days(today)
    return (
        Horizon("1h", "1 h", HOUR),
        Horizon("6h", "6 h", 6 * HOUR),
        Horizon("24h", "24 h", DAY),
        Horizon("7d", "7 days", 7 * DAY),
        Horizon("arrival", f"{days} days, goods arrive", days * DAY),
    )


def survival_rows(seen: Iterable[Seen], today: date, by: By) -> list[Row]:
    """One row for everything, then one a group, those with most lifetimes first."""
    lives: dict[Group, list[Lifetime]] = defaultdict(list)
    for one in seen:
        lives[Group()].append(one.life)
        lives[_grouped(one.group, by)].append(one.life)
    times = horizons(today)
    rows = [row_of(group, kaplan_meier(known), times) for group, known in lives.items()]
    return sorted(rows, key=lambda row: (row.group != Group(), -row.count, row.group))


def _grouped(group: Group, by: By) -> Group:
    if by is By.PAIR:
        return replace(group, category="")
    return Group(category=group.category) if by is By.CATEGORY else group


def row_of(group: Group, curve: Curve, times: tuple[Horizon, ...]) -> Row:
    """A curve read off at each time; nothing is read from fewer than 20 lifetimes."""
    few = curve.count < FEWEST
    return Row(
        group=group,
        count=curve.count,
        ended=curve.ended,
        censored=curve.count - curve.ended,
        median=None if few else curve.median,
        readings=tuple(_reading(time, None if few else curve.at(time.minutes)) for time in times),
        note=f"too little data: {curve.count} of the {FEWEST} lifetimes that a curve needs" if few else "",
    )


def _reading(horizon: Horizon, found: Estimate | None) -> Reading:
    if found is None:
        return Reading(horizon, None, None, 0, "too little data")
    if found.at_risk < FEWEST_AT_RISK and found.share > 0:
        return Reading(horizon, None, None, found.at_risk, "too little data")
    return Reading(horizon, round(found.share * 10_000), round(found.error * 10_000), found.at_risk)
