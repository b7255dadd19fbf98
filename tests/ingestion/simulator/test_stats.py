"""Statistics, recomputed minute by minute from csv by code of another kind (keepa.md 11)."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.simulator.catalogue import demo_asins
from ingestion.simulator.csv_types import CSV_LENGTH, PRICES, width
from ingestion.simulator.stats import statistics
from ingestion.simulator.timeline import Span, Timeline
from tests.ingestion.simulator import plain_statistics
from tests.ingestion.simulator.asking import products
from tests.simulator import START_MINUTE, frozen_simulator

DAY = 1_440


def by_minute(row: list[int], kind: int, start: int, end: int) -> np.ndarray[Any, Any]:
    """The landed value of every minute of [start, end); -1 before the first point."""
    points = np.array(row).reshape(-1, width(kind))
    landed = points[:, 1]
    if width(kind) == 3:
        landed = np.where(points[:, 1] < 0, points[:, 1], points[:, 1] + np.maximum(points[:, 2], 0))
    at = np.searchsorted(points[:, 0], np.arange(start, end), side="right") - 1
    return np.where(at >= 0, landed[at], -1)


def slow_mean(row: list[int], kind: int, start: int, end: int) -> int:
    values = by_minute(row, kind, start, end)
    stocked = values[values >= 0]
    if not len(stocked):
        return -1
    if len(row) == width(kind) and row[0] >= start:
        return int(stocked[0])
    carried = by_minute(row, kind, start - 1, start)[0] >= 0
    return int((stocked.sum() - (0 if carried else 1)) // len(stocked))


@pytest.mark.parametrize("days", [30, 90, 365])
def test_means_and_gaps_agree_with_a_count_of_minutes(days: int) -> None:
    simulator = frozen_simulator()
    for product in products(simulator, *demo_asins(4), stats=days, buybox=1, rating=1):
        span = START_MINUTE - days * DAY, START_MINUTE
        for kind, row in enumerate(product["csv"] or []):
            if row is None:
                assert product["stats"][f"avg{days}"][kind] == -1
                continue
            assert product["stats"]["avg"][kind] == slow_mean(row, kind, *span)
            tracked = max(span[0], product["trackingSince"])
            stocked = np.mean(by_minute(row, kind, tracked, span[1]) >= 0)
            expected = int(np.ceil(100 - 100 * stocked - 1e-9)) if kind in PRICES else -1
            assert product["stats"][f"outOfStockPercentage{days}"][kind] == expected


def test_extremes_agree_with_a_scan_of_minutes() -> None:
    start = START_MINUTE - 90 * DAY
    for product in products(frozen_simulator(), *demo_asins(5), stats=90):
        for kind, row in enumerate(product["csv"] or []):
            values = by_minute(row or [0] * width(kind), kind, start, START_MINUTE)
            stocked = np.where(values >= 0, values, np.iinfo(np.int64).max)
            if row and (values >= 0).any():
                best = int(stocked.argmin())
                assert product["stats"]["minInInterval"][kind] == [start + best, int(values[best])]


def mean(times: list[int], values: list[int], span: Span) -> int:
    return Timeline(times, values).window(span, 0)[0]


def test_the_sum_begins_at_minus_one_as_keepas_does() -> None:
    span = Span(100, 200, 200)
    assert mean([100, 150], [1295, -1], span) == 1294
    assert mean([50, 150], [1295, -1], span) == 1295
    assert mean([100, 150], [1, -1], span) == 0


def test_series_without_anything_inside_the_interval() -> None:
    span = Span(100, 200, 200)
    assert mean([300], [5], span) == -1
    assert Timeline([10, 50], [7, -1]).extremes(span) == ([-1, -1], [-1, -1])
    assert Timeline([10], [-1]).extremes(span) == (None, None)
    assert Timeline([10, 50], [7, -1]).window(span, 0) == (-1, 100)


@settings(max_examples=60, deadline=None)
@given(
    points=st.lists(st.tuples(st.integers(1, 400), st.integers(-1, 5_000)), min_size=1, max_size=12),
    start=st.integers(0, 400),
    length=st.integers(1, 300),
)
def test_any_series_agrees_with_a_count_of_minutes(points: list[tuple[int, int]], start: int, length: int) -> None:
    times, values = map(list, zip(*sorted(dict(points).items()), strict=True))
    row = [number for point in zip(times, values, strict=True) for number in point]
    end = start + length
    if times[0] < end and times[-1] <= end:
        begin = max(start, times[0])
        assert mean(times, values, Span(start, end, end)) == slow_mean(row, 1, begin, end)


@st.composite
def rows(draw: st.DrawFn, kind: int, end: int) -> list[int] | None:
    """A row of csv, now and then null, as Keepa's is without points; no point lies after `end`."""
    if draw(st.integers(0, 9)) == 0:
        return None
    times = sorted(draw(st.sets(st.integers(0, end), min_size=1, max_size=15)))
    value = st.integers(-2, 40) | st.integers(-1, 200_000)
    return [number for time in times for number in (time, *(draw(value) for _ in range(width(kind) - 1)))]


@settings(max_examples=150, deadline=None)
@given(data=st.data(), now=st.integers(0, 600_000), length=st.integers(1, 600_000))
def test_running_sums_give_what_the_plain_reading_gives(data: st.DataObject, now: int, length: int) -> None:
    csv: list[list[int] | None] = [None] * CSV_LENGTH
    for kind in (0, 1, 3, 8, 11, 15, 18):
        csv[kind] = data.draw(rows(kind, now + 500))
    start = data.draw(st.integers(-1_000, now + 1_000))
    asked = data.draw(st.sampled_from([Span(start, start + length, now), Span.of_days(90, now)]))
    tracked = data.draw(st.integers(0, now))
    expected = plain_statistics.statistics(csv, asked=asked, tracked_since=tracked)
    assert statistics(csv, asked=asked, tracked_since=tracked) == expected


@pytest.mark.recorded
def test_the_algorithm_gives_what_keepa_answered(keepa_samples: Path) -> None:
    answer = json.loads((keepa_samples / "product_code_de.json").read_text())
    now = answer["timestamp"] // 60_000 - 21_564_000
    for product in answer["products"]:
        found = statistics(product["csv"], asked=Span.of_days(90, now), tracked_since=product["trackingSince"])
        for name in ("avg30", "avg90", "outOfStockPercentage30", "outOfStockPercentage90", "atIntervalStart"):
            prices = [kind for kind, row in enumerate(product["csv"]) if row and kind in PRICES]
            assert [found[name][kind] for kind in prices] == [product["stats"][name][kind] for kind in prices]


def test_every_array_has_the_length_of_csv() -> None:
    (product,) = products(frozen_simulator(csv_length=34), "B0DEMO0001", stats=30)
    lengths = {len(value) for value in product["stats"].values() if isinstance(value, list)}
    assert lengths == {34}
    assert CSV_LENGTH == 36
