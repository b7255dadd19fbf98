"""The terms of every route on every day of the past, worked out once for each stretch of days that share them."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

import numpy as np

from arbitrage.backtest.stepping import Int64
from arbitrage.economics.missing import Incomplete, Missing
from arbitrage.economics.profiles import Profile
from arbitrage.economics.rates import EURO, Fixing, RateBook
from arbitrage.economics.tables import NO_TABLES, Cell, Dated, DayTables, FeeTables, season
from arbitrage.economics.terms import Terms, TermsTable
from arbitrage.economics.termsheet import terms_for
from arbitrage_site.clock import KEEPA_EPOCH_MINUTES, MINUTES_PER_DAY
from products.marketplaces import MARKETPLACES, PAIRS

Pair = tuple[str, str]
_EPOCH = date(1970, 1, 1).toordinal()
FIRST_DAY = _EPOCH + KEEPA_EPOCH_MINUTES // MINUTES_PER_DAY
"""The ordinal of the day on which Keepa's time begins."""


def days_of(minutes: Int64) -> Int64:
    """The ordinals (date.toordinal) of the UTC days of some Keepa minutes."""
    return FIRST_DAY + minutes // MINUTES_PER_DAY


class _Held(Protocol):
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


@dataclass(frozen=True)
class _OneSheet(FeeTables):
    """The tables of a stretch of days, worked out once however many days are asked."""

    sheet: DayTables = NO_TABLES

    def on(self, day: date) -> DayTables:  # noqa: ARG002 - the same on each of its days
        return self.sheet


class DatedTerms:
    """A profile's terms by day. Only rates that held or were fixed on or before a day are read for it.

    Within the euro terms change with VAT and surcharges; other routes with every fixing of their currency as well.
    Where storage is by volume they change with its seasons too.
    """

    def __init__(self, profile: Profile, rates: RateBook) -> None:
        self._profile, self._rates = profile, rates
        dated = [rate for group in (*rates.vat.values(), *rates.fees.values()) for rate in group]
        tabled = set(_table_changes(rates.tables))
        changes = set(_borders([*dated, *profile.shipping])) | tabled
        self._fixings = {
            currency: sorted(fixings, key=lambda fixing: fixing.day) for currency, fixings in rates.fixings.items()
        }
        fixed = {fixing.day.toordinal() for fixings in self._fixings.values() for fixing in fixings}
        self._tabled = np.array([0, *sorted(tabled)], np.int64)
        self._inside = np.array([0, *sorted(changes)], np.int64)
        self._across = np.array([0, *sorted(changes | fixed)], np.int64)
        self._seasons = _seasons(rates.tables) if profile.storage is None else None
        self._known: dict[tuple[Pair, int], Terms | Incomplete] = {}

    def notes(self, first: int) -> tuple[str, ...]:
        """What a reader should know of the days from one (ordinal) on."""
        known = [row.valid_from for rows in _storage_rows(self._rates.tables) for row in rows]
        since = min(known, default=date.max)
        if self._seasons is None or since.toordinal() <= first:
            return ()
        return (
            f"No price of storage is known before {since}, so nothing fires there; an amount in the profile would.",
        )

    def stretches(self, pair: Pair, days: Int64) -> Int64:
        """For each day (ordinal) the first day of the stretch whose terms it shares."""
        return self.starts(foreign=is_foreign(pair), days=days)

    def starts(self, *, foreign: bool, days: Int64) -> Int64:
        """As `stretches`, for all routes within the euro or all others."""
        starts = self._across if foreign else self._inside
        found: Int64 = starts[np.searchsorted(starts, days, side="right") - 1]
        return found if self._seasons is None else np.maximum(found, _season_starts(self._seasons, days))

    def table_starts(self, days: Int64) -> Int64:
        """For each day (ordinal) the first day of the stretch whose fee tables it shares."""
        return self._tabled[np.searchsorted(self._tabled, days, side="right") - 1]

    def tables(self, day: int) -> DayTables:
        """Amazon's fee tables of a day (ordinal)."""
        start = int(self.table_starts(np.array([day]))[0])
        return self._rates.tables.on(date.fromordinal(max(start, 1)))

    def terms(self, pair: Pair, day: int) -> Terms | Incomplete:
        """The terms of a route on a day (ordinal)."""
        start = int(self.stretches(pair, np.array([day]))[0])
        key = (pair, start)
        if key not in self._known:
            on = date.fromordinal(max(start, 1))
            self._known[key] = terms_for(self._profile, self._as_of(on), *pair, on)
        return self._known[key]

    def hopeful(self, pair: Pair, first: int, last: int) -> Terms | Incomplete:
        """The terms of a route on days that differ in exchange rates alone, at the rate of them that favours it most.

        A dear euro makes what is bought abroad cheap and what is sold there dear. One of the currencies is the euro.
        """
        on, most = date.fromordinal(max(first, 1)), max if MARKETPLACES[pair[0]].currency != EURO else min
        best: dict[str, list[Fixing]] = {}
        for currency, fixings in self._fixings.items():
            begin = bisect_right(fixings, on, key=lambda fixing: fixing.day)
            end = bisect_right(fixings, date.fromordinal(max(last, 1)), key=lambda fixing: fixing.day)
            inside = fixings[max(begin - 1, 0) : end]
            best[currency] = [replace(most(inside, key=lambda fixing: fixing.rate), day=on)] if inside else []
        return terms_for(self._profile, self._with(best, on), *pair, on)

    def table(self, pairs: Iterable[Pair], day: int) -> TermsTable:
        """A table for the kernel in which only `pairs` are priced."""
        wanted = set(pairs)
        return {pair: self.terms(pair, day) if pair in wanted else left_out(pair) for pair in PAIRS}

    def stale(self, pair: Pair, days: Int64) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """On which days the exchange rate of a route is more than five days old."""
        if not is_foreign(pair):
            return np.zeros(len(days), np.bool_)
        return np.array([self._is_stale(pair, day) for day in days.tolist()], np.bool_)

    def _is_stale(self, pair: Pair, day: int) -> bool:
        terms = self.terms(pair, day)
        if isinstance(terms, Incomplete):
            return False
        conversions = [terms.purchase.conversion, terms.to_euro]
        fixed = [conversion for conversion in conversions if conversion.day is not None]
        return any(replace(found, age=day - found.day.toordinal()).is_stale for found in fixed if found.day)

    def _as_of(self, on: date) -> RateBook:
        """The rates without all fixings but the last of each currency up to a day."""
        latest: dict[str, list[Fixing]] = {}
        for currency, fixings in self._fixings.items():
            place = bisect_right(fixings, on, key=lambda fixing: fixing.day)
            latest[currency] = fixings[max(place - 1, 0) : place]
        return self._with(latest, on)

    def _with(self, fixings: dict[str, list[Fixing]], on: date) -> RateBook:
        return replace(self._rates, fixings=fixings, tables=_OneSheet(sheet=self.tables(on.toordinal())))


def is_foreign(pair: Pair) -> bool:
    """Whether a price of the route is in another currency than the euro."""
    return any(MARKETPLACES[code].currency != EURO for code in pair)


def _borders(rows: Iterable[_Held]) -> Iterator[int]:
    """The days (ordinals) on which one of the rows begins or no longer holds."""
    for row in rows:
        yield row.valid_from.toordinal()
        if row.valid_to is not None and row.valid_to < date.max:
            yield row.valid_to.toordinal() + 1


def _table_changes(tables: FeeTables) -> Iterator[int]:
    for groups in (tables.referral, tables.amounts, tables.categories):
        for rows in groups.values():
            yield from _borders(rows)
    yield from _borders(tables.tiers)


def _seasons(tables: FeeTables) -> Int64:
    """For each month (January is 0) the month in which its season of storage begins."""
    cells = [row.value for rows in _storage_rows(tables) for row in rows]
    firsts = sorted({1, *(month for cell in cells for month in _first_months(cell))})
    return np.array([max(first for first in firsts if first <= month) - 1 for month in range(1, 13)], np.int64)


def _storage_rows(tables: FeeTables) -> list[Sequence[Dated[Cell]]]:
    return [rows for (kind, _, _), rows in tables.amounts.items() if kind == "storage"]


def _first_months(cell: Cell) -> Iterator[int]:
    """Where a season begins, and where the next one does."""
    first, last = season(cell.months)
    yield max(first, 1)
    yield last % 12 + 1


def _season_starts(seasons: Int64, days: Int64) -> Int64:
    """The ordinals of the first days of the seasons that some days (ordinals) lie in."""
    months = (days - _EPOCH).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    in_year = months % 12
    begins = (months - in_year + seasons[in_year]).astype("datetime64[M]").astype("datetime64[D]")
    return np.maximum(begins.astype(np.int64) + _EPOCH, 0)


def left_out(pair: Pair) -> Incomplete:
    """What stands in a table for a route that is not asked for."""
    return Incomplete(*pair, (Missing("not_asked", "nothing, it was not asked for"),))
