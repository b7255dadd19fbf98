"""Intervals and calibration. Pure, seeded; ratios are floats because no money is kept in them."""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from arbitrage.backtest.episodes import Mask
from arbitrage.backtest.stepping import Int64

BINS = 10
LEAST_IN_BIN = 50
"""Trades that a bin needs before its reliability means something."""
_Z = 1.959964


class Interval(NamedTuple):
    """A 95 % interval."""

    low: float
    high: float


class Bin(NamedTuple):
    """Trades whose stated chance lay in [from, to) permille, the mean of what was stated, and the share that earned.

    Both are permille.
    """

    first: int
    last: int
    trades: int
    stated: float
    earned: float

    @property
    def off(self) -> float:
        """Points (percent) between what was stated and what happened."""
        return abs(self.stated - self.earned) / 10


def wilson(hits: int, count: int) -> Interval | None:
    """Wilson's interval of a share; None of nothing."""
    if not count:
        return None
    share, z2 = hits / count, _Z * _Z
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z / (1 + z2 / count) * sqrt(share * (1 - share) / count + z2 / (4 * count * count))
    return Interval(max(middle - half, 0.0), min(middle + half, 1.0))


def clustered_mean(values: Int64, clusters: Int64, *, of: int, resamples: int, seed: int) -> Interval:
    """The bootstrap interval of the mean when whole clusters are drawn again, those without a value included.

    `clusters` are numbers from 0 to `of` - 1. A draw without any value has mean 0; so has a history without a trade.
    """
    if not of:
        return Interval(0.0, 0.0)
    totals = np.bincount(clusters, weights=values, minlength=of).astype(np.float64)
    counts = np.bincount(clusters, minlength=of).astype(np.float64)
    dice = np.random.default_rng(seed)
    means = np.concatenate([_means(dice, totals, counts, part) for part in _parts(resamples, of)])
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(float(low), float(high))


def _parts(resamples: int, of: int) -> list[int]:
    """Resamples at a time, so that a million products still fit into memory."""
    size = max(2_000_000 // of, 1)
    return [min(size, resamples - first) for first in range(0, resamples, size)]


def _means(
    dice: np.random.Generator, totals: NDArray[np.float64], counts: NDArray[np.float64], resamples: int
) -> NDArray[np.float64]:
    drawn = dice.integers(0, len(totals), (resamples, len(totals)))
    sums, sizes = totals[drawn].sum(axis=1), counts[drawn].sum(axis=1)
    means: NDArray[np.float64] = np.where(sizes > 0, sums / np.maximum(sizes, 1), 0.0)
    return means


def calibration(stated: Int64, earned: Mask) -> tuple[Bin, ...]:
    """The reliability of chances (permille) in ten bins of equal width; bins without a trade are left out."""
    place = np.minimum(stated * BINS // 1_000, BINS - 1)
    width = 1_000 // BINS
    return tuple(
        Bin(
            first=number * width,
            last=(number + 1) * width,
            trades=int(own.sum()),
            stated=float(stated[own].mean()),
            earned=float(earned[own].mean() * 1_000),
        )
        for number in range(BINS)
        if (own := place == number).any()
    )


def brier(stated: Int64, earned: Mask) -> float | None:
    """The mean squared error of chances, 0 (always right) to 1; None of nothing."""
    return float(np.mean((stated / 1_000 - earned) ** 2)) if len(stated) else None
