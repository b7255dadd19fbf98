"""Intervals and calibration against values worked out by hand."""

import numpy as np
import pytest

from arbitrage.backtest.statistics import brier, calibration, clustered_mean, wilson


def test_wilsons_interval_of_a_share() -> None:
    """8 of 10 gives 49.0 % to 94.3 %, as printed in textbooks."""
    interval = wilson(8, 10)

    assert interval is not None
    assert (round(interval.low, 3), round(interval.high, 3)) == (0.490, 0.943)
    assert wilson(0, 0) is None


def test_one_products_many_trades_count_as_one_draw() -> None:
    """Ten products of one trade each say more than one product of ten trades among nine without."""
    values = np.array([100] * 5 + [-100] * 5)

    apart = clustered_mean(values, np.arange(10), of=10, resamples=2_000, seed=1)
    together = clustered_mean(np.full(10, 100), np.zeros(10, np.int64), of=10, resamples=2_000, seed=1)

    assert -80 < apart.low < 0 < apart.high < 80
    assert (together.low, together.high) == (0.0, 100.0)


def test_without_trades_the_interval_is_nought() -> None:
    nothing = np.zeros(0, np.int64)

    assert clustered_mean(nothing, nothing, of=7, resamples=100, seed=1) == (0.0, 0.0)
    assert clustered_mean(nothing, nothing, of=0, resamples=100, seed=1) == (0.0, 0.0)


def test_the_same_seed_gives_the_same_interval() -> None:
    values, clusters = np.arange(50), np.arange(50) % 11
    first, again = (clustered_mean(values, clusters, of=11, resamples=500, seed=3) for _ in range(2))

    assert first == again
    assert first != clustered_mean(values, clusters, of=11, resamples=500, seed=4)


def test_bins_hold_what_was_stated_and_what_was_earned() -> None:
    low, high = calibration(np.array([120, 140, 1_000, 900]), np.array([False, True, True, True]))

    assert (low.first, low.last, low.trades, low.stated, low.earned) == (100, 200, 2, 130.0, 500.0)
    assert (high.first, high.trades) == (900, 2)
    assert high.off == pytest.approx(5.0)


def test_briers_score() -> None:
    assert brier(np.array([1_000, 500]), np.array([True, False])) == pytest.approx(0.125)
    assert brier(np.zeros(0, np.int64), np.zeros(0, np.bool_)) is None
