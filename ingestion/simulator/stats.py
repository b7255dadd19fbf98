"""Keepa's statistics by its documented algorithm, quirks included (keepa.md 11)."""

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from ingestion.simulator.csv_types import AMAZON, EXTRA_INFO, LIGHTNING_DEAL, NOTHING, PRICES, SALES, Csv
from ingestion.simulator.timeline import Span, Timeline

WINDOWS = (30, 90, 180, 365)

Lines = Mapping[int, Timeline]
"""The series that there are, by csv type."""
Extreme = list[int] | None


def statistics(csv: Csv, *, asked: Span, tracked_since: int) -> dict[str, Any]:
    """The `stats` object but for its buy box: everything that follows from the histories."""
    length = len(csv)
    lines = {kind: Timeline.of_row(kind, row) for kind, row in enumerate(csv) if row}
    spans = {"": asked} | {str(days): Span.of_days(days, asked.now) for days in WINDOWS}
    found: dict[str, Any] = _now(lines, asked, length)
    windows = {span: _windows(lines, span, tracked_since, length) for span in set(spans.values())}
    for name, span in spans.items():
        means, gaps = windows[span]
        found[f"avg{name}"], found[f"outOfStockPercentage{name or 'InInterval'}"] = [*means], [*gaps]
    found |= _extremes(lines, asked, spans["90"], found["current"])
    return found | _counts(lines, spans)


def _now(lines: Lines, asked: Span, length: int) -> dict[str, list[int]]:
    """What holds at the end, and what held at the beginning of the interval."""
    current, before = [NOTHING] * length, [NOTHING] * length
    for kind, line in lines.items():
        current[kind] = line.at(asked.now) if kind == LIGHTNING_DEAL else line.values[-1]
        before[kind] = line.at(asked.start)
    return {"current": current, "atIntervalStart": before}


def _windows(lines: Lines, span: Span, tracked_since: int, length: int) -> tuple[list[int], list[int]]:
    """The means and the percentages out of stock of an interval, by csv type."""
    means, gaps = [NOTHING] * length, [NOTHING] * length
    for kind, line in lines.items():
        mean, gap = line.window(span, tracked_since)
        if kind != EXTRA_INFO:
            means[kind] = mean
        if kind in PRICES:
            gaps[kind] = gap
    return means, gaps


def _extremes(lines: Lines, asked: Span, quarter: Span, current: list[int]) -> dict[str, list[Any]]:
    """Lowest and highest of all time and of the interval, and whether the current price is the lowest."""
    length = len(current)
    lowest, highest = _extremes_of(lines, None, length)
    lowest_inside, highest_inside = _extremes_of(lines, asked, length)
    lowest_90 = lowest_inside if quarter == asked else _extremes_of(lines, quarter, length)[0]
    return {
        "min": lowest,
        "max": highest,
        "minInInterval": lowest_inside,
        "maxInInterval": highest_inside,
        "isLowest": _is_lowest(current, lowest),
        "isLowest90": _is_lowest(current, lowest_90),
    }


def _extremes_of(lines: Lines, span: Span | None, length: int) -> tuple[list[Extreme], list[Extreme]]:
    lowest: list[Extreme] = [None] * length
    highest: list[Extreme] = [None] * length
    for kind, line in lines.items():
        if kind != EXTRA_INFO:
            lowest[kind], highest[kind] = line.extremes(span)
    return lowest, highest


def _is_lowest(current: list[int], lowest: list[Extreme]) -> list[bool]:
    return [best is not None and value >= 0 and value == best[1] for value, best in zip(current, lowest, strict=True)]


def _counts(lines: Lines, spans: Mapping[str, Span]) -> dict[str, int]:
    """How often Amazon ran out of stock, and how often the sales rank fell."""
    amazon, sales = lines.get(AMAZON), lines.get(SALES)
    found = {}
    for days in ("30", "90"):
        found[f"outOfStockCountAmazon{days}"] = NOTHING if amazon is None else amazon.gaps(spans[days])
    falls = None if sales is None else sales.falls()
    for days in map(str, WINDOWS):
        count = NOTHING if falls is None else len(falls) - bisect_right(falls, spans[days].start)
        found[f"salesRankDrops{days}"] = count
    return found
