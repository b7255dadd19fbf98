"""When a threshold would have fired, by nothing but what was known then."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from arbitrage.backtest.assumptions import PLACEBO_SHIFT, Assumptions, Placebo
from arbitrage.backtest.dated import DatedTerms, Pair, days_of
from arbitrage.backtest.episodes import Mask, episodes
from arbitrage.backtest.history import Leg, Past
from arbitrage.backtest.reached import reached
from arbitrage.backtest.sheets import Sheets
from arbitrage.backtest.stepping import (
    LOWER_QUARTILE,
    MEDIAN,
    NOTHING,
    Int64,
    least,
    merged,
    rolling_quantiles,
)
from arbitrage.economics.kernel import INDEX
from arbitrage.risk.stretches import value_at
from arbitrage_site.clock import MINUTES_PER_DAY
from products.marketplaces import PAIRS
from products.series import Series

MOST_LOOKS = 20_000
"""Looks that are priced together; bounds the memory."""


class Span(NamedTuple):
    """The Keepa minutes of a backtest, both included. Fires lie in it; older history only feeds the windows."""

    first: int
    last: int


class Fire(NamedTuple):
    """A flip that reached the threshold at the minute `known`, and what the signal said of it.

    `place` is the product's in what was tested, `row` the route's in PAIRS. `buy` is minor units of the source's
    currency, `sale` (conservative) and `reference` of the target's. It held until `closed`; `ended` is False where that
    was not seen, `from_start` where it may have begun before the span.
    """

    place: int
    row: int
    known: int
    buy: int
    sale: int
    reference: int
    closed: int
    ended: bool
    from_start: bool


@dataclass(frozen=True, slots=True)
class _Looks:
    """One product at all minutes worth a look, ascending; prices are (5, n) as in the kernel's columns."""

    place: int
    past: Past
    minutes: Int64
    buy: Int64
    sale: Int64
    reference: Int64


def fires(
    pasts: Sequence[Past], pairs: Sequence[Pair], dated: DatedTerms, sheets: Sheets, rules: Assumptions, span: Span
) -> Iterator[Fire]:
    """The fires of each product in order, of each route in order of time."""
    for places in _batches(pasts, span):
        looks = [_looks(place, pasts[place], rules, span) for place in places]
        opens, holds = _priced(looks, pairs, dated, sheets, rules)
        first = 0
        for own in looks:
            last = first + len(own.minutes)
            for row in (PAIRS.index(pair) for pair in pairs):
                if opens[row, first:last].any():
                    yield from _fires(row, own, opens[row, first:last], holds[row, first:last])
            first = last


def _batches(pasts: Sequence[Past], span: Span) -> Iterator[list[int]]:
    batch: list[int] = []
    size = 0
    for place, past in enumerate(pasts):
        batch.append(place)
        size += (span.last - span.first) // MINUTES_PER_DAY
        size += sum(len(series.minutes) for leg in past.legs.values() for series in leg.prices)
        if size >= MOST_LOOKS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _looks(place: int, past: Past, rules: Assumptions, span: Span) -> _Looks:
    """Every change of a price and every midnight; what a window says moves with the days as well."""
    shift = PLACEBO_SHIFT if rules.placebo is Placebo.SHIFT else 0
    last = min(span.last, max((leg.until for leg in past.legs.values()), default=-1))
    first_midnight = -(-span.first // MINUTES_PER_DAY) * MINUTES_PER_DAY
    changes = [series for leg in past.legs.values() for series in leg.prices]
    if shift:
        changes += [Series(series.minutes + np.int32(shift), series.values) for series in changes]
    minutes = np.union1d(
        merged(changes, span.first, last), np.arange(first_midnight, last + 1, MINUTES_PER_DAY, dtype=np.int64)
    )
    shape = (len(INDEX), len(minutes))
    buy, sale, reference = (np.full(shape, NOTHING, np.int64) for _ in range(3))
    for code, leg in past.legs.items():
        row = INDEX[code]
        buy[row] = least(value_at(leg.new, minutes - shift), value_at(leg.amazon, minutes - shift))
        reference[row] = least(value_at(leg.reference, minutes))
        sale[row] = _conservative(leg, reference[row], minutes)
    return _Looks(place, past, minutes, buy, sale, reference)


def _conservative(leg: Leg, reference: Int64, minutes: Int64) -> Int64:
    """The least of the reference price, its median of 90 days and its lower quartile of 30 days."""
    offered = np.flatnonzero(reference > 0)
    result = np.full(len(minutes), NOTHING, np.int64)
    asked = [(90, MEDIAN), (30, LOWER_QUARTILE)]
    quantiles = rolling_quantiles(leg.reference, minutes[offered], asked, since=leg.since)
    result[offered] = least(reference[offered], *quantiles)
    return result


def _priced(
    looks: Sequence[_Looks], pairs: Sequence[Pair], dated: DatedTerms, sheets: Sheets, rules: Assumptions
) -> tuple[Mask, Mask]:
    """Where each route would open and where it would stay open, (20, n), the products one after the other."""
    minutes = np.concatenate([own.minutes for own in looks])
    order = np.argsort(minutes, kind="stable")
    days = days_of(minutes[order] + rules.delay)
    columns = sheets.columns(
        np.concatenate([np.full(len(own.minutes), own.place) for own in looks])[order],
        days,
        buy=np.concatenate([own.buy for own in looks], axis=1)[:, order],
        sale=np.concatenate([own.sale for own in looks], axis=1)[:, order],
    )
    place = np.argsort(order, kind="stable")
    opens, holds = reached(columns, days, pairs, dated, rules)
    return opens[:, place], holds[:, place]


def _fires(row: int, looks: _Looks, opens: Mask, holds: Mask) -> Iterator[Fire]:
    source, target = PAIRS[row]
    until = min(looks.past.legs[source].until, looks.past.legs[target].sale_until)
    known = int(np.searchsorted(looks.minutes, until, side="right"))
    found = episodes(opens[:known], holds[:known], looks.minutes[:known])
    for opened, closed, ended in zip(*(part.tolist() for part in found), strict=True):
        yield Fire(
            place=looks.place,
            row=row,
            known=int(looks.minutes[opened]),
            buy=int(looks.buy[INDEX[source], opened]),
            sale=int(looks.sale[INDEX[target], opened]),
            reference=int(looks.reference[INDEX[target], opened]),
            closed=closed if ended else until,
            ended=ended,
            from_start=opened == 0,
        )
