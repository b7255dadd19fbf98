"""Keepa's documented algorithm (keepa.md 11), read plainly: one walk over the points per question."""

from bisect import bisect_right
from typing import Any

from ingestion.simulator.csv_types import AMAZON, EXTRA_INFO, LIGHTNING_DEAL, NOTHING, PRICES, SALES, Csv, Row, width
from ingestion.simulator.timeline import Span

WINDOWS = (30, 90, 180, 365)
FAST_RANK = 10_000

Series = tuple[Row, Row]


def landed(kind: int, row: Row) -> Series:
    """Times and landed values of a csv row: a negative price stays, a negative shipping counts as nothing."""
    if width(kind) == 2:
        return row[::2], row[1::2]
    prices, shipping = row[1::3], row[2::3]
    return row[::3], [p if p < 0 else p + max(s, 0) for p, s in zip(prices, shipping, strict=True)]


def weighted_mean(series: Series, span: Span) -> int:
    """The mean weighted by time, of the times with something on offer. The sum starts at -1, as Keepa's does."""
    times, values = series
    if not times or times[0] > span.end:
        return NOTHING
    start, end = max(span.start, times[0]), min(span.end, span.now)
    total, weight = -1, 0
    for place, (time, value) in enumerate(zip(times, values, strict=True)):
        if time >= end or value < 0:
            continue
        is_last = place + 1 == len(times)
        following = span.now if is_last else times[place + 1]
        if time >= start:
            if len(times) == 1:
                return value
            total += value * (min(following, end) - time)
            weight += min(following, end) - time
        elif is_last or following >= end:
            return value
        elif following >= start:
            total, weight = value * (following - start), following - start
    return total // weight if total > -1 and weight else NOTHING


def out_of_stock(series: Series, span: Span, tracked_since: int) -> int:
    """The percentage of the interval without anything on offer, rounded up."""
    times, values = series
    start, end = max(span.start, tracked_since), min(span.end, span.now)
    if end <= start:
        return 100
    inside = 0
    for place, (time, value) in enumerate(zip(times, values, strict=True)):
        following = span.now if place + 1 == len(times) else times[place + 1]
        if value >= 0:
            inside += max(0, min(following, end) - max(time, start))
    return 100 - 100 * inside // (end - start)


def extreme(series: Series, span: Span | None, *, lowest: bool) -> list[int] | None:
    """[time, value] of the first lowest or highest value: null if there never was one, [-1, -1] if none inside."""
    times, values = series
    if not any(value >= 0 for value in values):
        return None
    best: list[int] = [NOTHING, NOTHING]
    for place, (time, value) in enumerate(zip(times, values, strict=True)):
        following = times[place + 1] if place + 1 < len(times) else None
        if value < 0 or not _touches(time, following, span):
            continue
        if best[1] < 0 or (value < best[1] if lowest else value > best[1]):
            best = [time if span is None else max(time, span.start), value]
    return best


def _touches(time: int, following: int | None, span: Span | None) -> bool:
    return span is None or (time < span.end and (following is None or following > span.start))


def value_at(series: Series, minute: int) -> int:
    """The value that held at a minute, or -1."""
    place = bisect_right(series[0], minute)
    return series[1][place - 1] if place else NOTHING


def rank_drops(series: Series, span: Span) -> int:
    """Falls of the sales rank inside the interval that are read as sales: small ones count only for fast sellers."""
    times, ranks = series
    drops = 0
    for time, before, after in zip(times[1:], ranks, ranks[1:], strict=False):
        if time > span.start and 0 <= after < before:
            share = 0.001 if before < FAST_RANK else 0.05
            drops += (before - after) / before >= share
    return drops


def amazon_gaps(series: Series, span: Span) -> int:
    """How often Amazon had nothing to sell during the interval, a gap that began before it included."""
    times, values = series
    began = sum(time > span.start and value < 0 for time, value in zip(times, values, strict=True))
    return began + (times[0] <= span.start and value_at(series, span.start) < 0)


def statistics(csv: Csv, *, asked: Span, tracked_since: int) -> dict[str, Any]:
    """The `stats` object but for its buy box: everything that follows from the histories."""
    now = asked.now
    spans = {days: Span.of_days(days, now) for days in WINDOWS}
    rows = [None if row is None else landed(kind, row) for kind, row in enumerate(csv)]
    found: dict[str, Any] = {"current": [_current(kind, row, now) for kind, row in enumerate(rows)]}
    found["avg"] = _means(rows, asked)
    found |= {f"avg{days}": _means(rows, span) for days, span in spans.items()}
    found["atIntervalStart"] = [NOTHING if row is None else value_at(row, asked.start) for row in rows]
    for name, span in (("", None), ("InInterval", asked)):
        found[f"min{name}"] = _extremes(rows, span, lowest=True)
        found[f"max{name}"] = _extremes(rows, span, lowest=False)
    found["isLowest"] = _is_lowest(found["current"], found["min"])
    found["isLowest90"] = _is_lowest(found["current"], _extremes(rows, spans[90], lowest=True))
    found["outOfStockPercentageInInterval"] = _gaps(rows, asked, tracked_since)
    found |= {f"outOfStockPercentage{days}": _gaps(rows, span, tracked_since) for days, span in spans.items()}
    amazon, sales = rows[AMAZON], rows[SALES]
    for days in (30, 90):
        found[f"outOfStockCountAmazon{days}"] = NOTHING if amazon is None else amazon_gaps(amazon, spans[days])
    for days, span in spans.items():
        found[f"salesRankDrops{days}"] = NOTHING if sales is None else rank_drops(sales, span)
    return found


def _current(kind: int, row: Series | None, now: int) -> int:
    if row is None or not row[1]:
        return NOTHING
    return value_at(row, now) if kind == LIGHTNING_DEAL else row[1][-1]


def _means(rows: list[Series | None], span: Span) -> list[int]:
    return [NOTHING if row is None or kind == EXTRA_INFO else weighted_mean(row, span) for kind, row in enumerate(rows)]


def _extremes(rows: list[Series | None], span: Span | None, *, lowest: bool) -> list[list[int] | None]:
    return [
        None if row is None or kind == EXTRA_INFO else extreme(row, span, lowest=lowest)
        for kind, row in enumerate(rows)
    ]


def _is_lowest(current: list[int], lowest: list[list[int] | None]) -> list[bool]:
    return [best is not None and value >= 0 and value == best[1] for value, best in zip(current, lowest, strict=True)]


def _gaps(rows: list[Series | None], span: Span, tracked_since: int) -> list[int]:
    return [
        NOTHING if row is None or kind not in PRICES else out_of_stock(row, span, tracked_since)
        for kind, row in enumerate(rows)
    ]
