"""Histories are one truth: a later answer adds points to an earlier one and changes none."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.simulator.catalogue import demo_asins
from ingestion.simulator.csv_types import width
from ingestion.simulator.market import Market
from ingestion.simulator.products import Asked, products
from tests.simulator import START_MINUTE

DAY = 1_440
ASINS = demo_asins(40)
MARKET = Market(seed=1, live_since=START_MINUTE, tempo=60.0)
offsets = st.integers(-20 * DAY, 5 * DAY)


def csv_at(minute: int, domain: int = 3, market: Market = MARKET, days: int | None = None) -> list[list[Any]]:
    ends = np.full(len(ASINS), minute)
    asked = Asked(buybox=True, rating=True, days=days)
    return [product["csv"] or [] for product in products(market, ASINS, domain, ends, asked)]


def until(row: list[int] | None, kind: int, minute: int) -> list[int]:
    step = width(kind)
    points = [(row or [])[at : at + step] for at in range(0, len(row or []), step)]
    return [number for point in points if point[0] <= minute for number in point]


@settings(max_examples=12, deadline=None)
@given(first=offsets, second=offsets, domain=st.sampled_from([2, 3, 4, 8, 9]))
def test_two_answers_agree_on_the_time_they_have_in_common(first: int, second: int, domain: int) -> None:
    early, late = sorted((START_MINUTE + first, START_MINUTE + second))
    for before, after in zip(csv_at(early, domain), csv_at(late, domain), strict=True):
        for kind, (row, longer) in enumerate(zip(before, after, strict=True)):
            assert until(longer, kind, early) == (row or [])


def test_points_ascend_and_each_changes_something() -> None:
    for csv in csv_at(START_MINUTE + 3 * DAY):
        for kind, row in enumerate(csv):
            step = width(kind)
            times, values = (
                (row or [])[::step],
                [tuple((row or [])[at + 1 : at + step]) for at in range(0, len(row or []), step)],
            )
            assert all(a < b for a, b in itertools.pairwise(times))
            assert all(a != b for a, b in itertools.pairwise(values))


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    twin = Market(seed=1, live_since=START_MINUTE, tempo=60.0)
    stranger = Market(seed=2, live_since=START_MINUTE, tempo=60.0)
    assert csv_at(START_MINUTE, market=twin) == csv_at(START_MINUTE)
    assert csv_at(START_MINUTE, market=stranger) != csv_at(START_MINUTE)


@settings(max_examples=8, deadline=None)
@given(days=st.integers(1, 200), offset=offsets)
def test_days_keeps_the_last_point_before_the_window(days: int, offset: int) -> None:
    minute = START_MINUTE + offset
    since = minute - days * DAY
    for whole, recent in zip(csv_at(minute), csv_at(minute, days=days), strict=True):
        for kind, (row, kept) in enumerate(zip(whole, recent, strict=True)):
            older = until(row, kind, since)
            assert (kept or []) == [*older[-width(kind) :], *(row or [])[len(older) :]]


@settings(max_examples=25, deadline=None)
@given(start=offsets, middle=st.integers(0, 3 * DAY), rest=st.integers(0, 3 * DAY))
def test_change_minutes_of_neighbouring_spans_add_up_to_those_of_the_whole(start: int, middle: int, rest: int) -> None:
    first, second, last = START_MINUTE + start, START_MINUTE + start + middle, START_MINUTE + start + middle + rest
    parts = [MARKET.change_minutes(ASINS, 3, *span) for span in ((first, second), (second, last))]
    joined = sorted(pair for part in parts for pair in zip(*part, strict=True))
    assert joined == sorted(zip(*MARKET.change_minutes(ASINS, 3, first, last), strict=True))


def test_change_minutes_are_those_of_the_price_history() -> None:
    start, end = START_MINUTE - 30 * DAY, START_MINUTE + DAY
    owner, minutes = MARKET.change_minutes(ASINS, 3, start, end)
    rows = [csv[1] or [] if csv else [] for csv in csv_at(end)]
    expected = [(place, time) for place, row in enumerate(rows) for time in row[::2] if start < time]
    present = {place for place, row in enumerate(rows) if row}
    assert [pair for pair in zip(owner, minutes, strict=True) if pair[0] in present] == expected


def test_a_tenth_of_the_listings_makes_about_nine_tenths_of_the_live_changes() -> None:
    market = Market(seed=1, live_since=START_MINUTE, tempo=10.0)
    owner, _ = market.change_minutes(demo_asins(1_000), 3, START_MINUTE, START_MINUTE + 7 * DAY)
    counts = np.sort(np.bincount(owner, minlength=1_000))
    assert counts[-100:].sum() / counts.sum() == pytest.approx(0.9, abs=0.05)


def test_a_year_has_about_a_hundred_points_in_at_most_ten_series() -> None:
    histories = csv_at(START_MINUTE)
    series = [[len(row) // width(kind) for kind, row in enumerate(csv) if row] for csv in histories if csv]
    assert max(len(lengths) for lengths in series) <= 10
    assert 80 <= np.mean([max(lengths) for lengths in series]) <= 130


def test_keepa_looked_at_every_listing_within_the_hour() -> None:
    batch = MARKET.traits(ASINS, 3)
    ages = [START_MINUTE + minute - MARKET.last_update(batch, START_MINUTE + minute) for minute in range(0, 200, 7)]
    assert np.min(ages) >= 0
    assert np.max(ages) < 60
