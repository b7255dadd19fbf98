"""Rolling quantiles against the columns that the pipeline itself keeps."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from arbitrage.backtest.stepping import LOWER_QUARTILE, MEDIAN, least, merged, rolling_quantiles
from arbitrage.risk.stretches import value_at
from products.series import Series, series_of, windows

DAY = 1440
points = st.dictionaries(st.integers(0, 200 * DAY), st.sampled_from([-1, 100, 250, 300, 999]), max_size=40)
ends = st.lists(st.integers(1, 220 * DAY), min_size=1, max_size=30, unique=True)


def series(known: dict[int, int]) -> Series:
    return series_of(sorted(known), [known[minute] for minute in sorted(known)])


@given(points, ends, st.sampled_from([0, 60 * DAY]))
@settings(max_examples=120, deadline=None)
def test_rolling_quantiles_are_those_of_the_windows(known: dict[int, int], asked: list[int], since: int) -> None:
    asked = sorted(asked)
    median, quartile = rolling_quantiles(
        series(known), np.array(asked, np.int64), [(90, MEDIAN), (30, LOWER_QUARTILE)], since=since
    )

    expected = [windows(series(known), end, since=since) for end in asked]
    assert median.tolist() == [-1 if found.median_90 is None else found.median_90 for found in expected]
    assert quartile.tolist() == [-1 if found.p25_30 is None else found.p25_30 for found in expected]


def test_a_value_holds_until_the_next_point() -> None:
    known = series({10: 500, 20: -1})

    assert value_at(known, np.array([9, 10, 19, 20, 99])).tolist() == [-1, 500, 500, -1, -1]
    assert value_at(series({}), np.array([9])).tolist() == [-1]


def test_the_lowest_price_ignores_what_is_not_on_offer() -> None:
    assert least(np.array([-1, 300, -1]), np.array([200, 400, -1])).tolist() == [200, 300, -1]


def test_minutes_of_several_series_are_merged_within_limits() -> None:
    assert merged([series({5: 1, 10: 2}), series({10: 1, 30: 2})], 6, 30).tolist() == [10, 30]
    assert merged([], 0, 9).tolist() == []
