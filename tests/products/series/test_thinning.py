"""Thinning for a screen: short, and nothing that a person would miss is gone."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from products.series import Series, series_of
from products.series.thinning import thin, window


@st.composite
def histories(draw: Any) -> Series:
    steps = draw(st.lists(st.integers(1, 500), min_size=1, max_size=3000))
    values = draw(st.lists(st.integers(-1, 10_000), min_size=len(steps), max_size=len(steps)))
    return series_of(np.cumsum(steps), values)


def value_at(series: Series, minute: int) -> int:
    return int(series.values[int(np.searchsorted(series.minutes, minute, side="right")) - 1])


@given(series=histories(), most=st.integers(5, 400))
@settings(max_examples=60, deadline=None)
def test_thinning_keeps_ends_and_extremes_within_its_limit(series: Series, most: int) -> None:
    shown = thin(series, most)
    assert len(shown.minutes) <= most
    assert (shown.minutes[0], shown.minutes[-1]) == (series.minutes[0], series.minutes[-1])
    assert (shown.values.min(), shown.values.max()) == (series.values.min(), series.values.max())
    assert set(zip(*shown, strict=True)) <= set(zip(*series, strict=True))
    assert (np.diff(shown.minutes) > 0).all()


@given(series=histories(), start=st.integers(-10, 600_000), length=st.integers(0, 600_000))
@settings(max_examples=100, deadline=None)
def test_a_window_says_what_the_series_says(series: Series, start: int, length: int) -> None:
    end = start + length
    cut = window(series, start, end)
    if end < series.minutes[0]:
        assert len(cut.minutes) == 0
        return
    assert start <= cut.minutes[0]
    assert cut.minutes[-1] == end
    assert (np.diff(cut.minutes) >= 0).all()
    for minute in {int(cut.minutes[0]), (int(cut.minutes[0]) + end) // 2, end}:
        assert value_at(cut, minute) == value_at(series, minute)


def test_a_lone_spike_survives() -> None:
    values = np.full(10_000, 500)
    values[7777] = 99
    values[7778] = -1
    shown = thin(series_of(np.arange(10_000), values))
    assert {99, -1, 500} == set(shown.values.tolist())
