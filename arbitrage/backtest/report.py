"""The figures of a backtest (economics.md 6.1)."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from arbitrage.backtest.assumptions import Assumptions
from arbitrage.backtest.episodes import Mask
from arbitrage.backtest.results import Money, Results
from arbitrage.backtest.statistics import Bin, Interval, brier, calibration, clustered_mean, wilson
from arbitrage.backtest.stepping import Int64
from arbitrage.backtest.trades import AFTER_DAYS, Fate
from arbitrage.survival.kaplan_meier import Lifetime, kaplan_meier
from arbitrage.survival.lifetimes import Group
from arbitrage.survival.table import Row, horizons, row_of
from arbitrage_site.clock import moment_of

TEN_PERCENT = 0.1


@dataclass(frozen=True, slots=True)
class Profit:
    """Net profits in EUR cents: how many, their median, and the share (permille) that lost money."""

    count: int
    median: int | None
    lost: int | None


@dataclass(frozen=True, slots=True)
class After:
    """A sale so many days after the purchase. `no_buyer`: nothing could be sold then; `unknown`: history ends."""

    days: int
    profit: Profit
    no_buyer: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Traded:
    """The trades that came to an end. Money is EUR cents, ratios basis points, shares permille.

    `hits` reached the ROI that was asked. `mean_interval` is the bootstrap's, products drawn whole. `bias` and `error`
    are the mean and the mean absolute difference of realised and promised ROI.
    """

    profit: Profit
    hits: int
    precision: float | None
    precision_interval: Interval | None
    mean: float | None
    mean_interval: Interval
    total: int
    median_roi: int | None
    low_roi: int | None
    bias: float | None
    error: float | None
    median_days: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """What a threshold would have done. `fates` counts the fires by what became of them."""

    assumptions: Assumptions
    first: int
    last: int
    products: int
    routes: int
    fires: int
    fired_products: int
    fates: dict[str, int]
    at_fire: Profit
    after: tuple[After, ...]
    traded: Traded
    lasting: Row
    bins: tuple[Bin, ...]
    brier: float | None
    estimates: int
    notes: tuple[str, ...] = ()


def durations(results: Results) -> Row:
    """How long the fires held, those out of sight counted as such; what was open at the start is left out."""
    seen = [trade.fire for trade in results.trades if not trade.fire.from_start]
    last = max((trade.bought for trade in results.trades), default=0)
    curve = kaplan_meier(Lifetime(max(fire.closed - fire.known, 0), fire.ended) for fire in seen)
    return row_of(Group(), curve, horizons(moment_of(last).date()))


def after(results: Results) -> tuple[After, ...]:
    """The profit of the fires that could be bought, some days later."""
    bought = [place for place, trade in enumerate(results.trades) if trade.later]
    found = []
    for number, (days, money) in enumerate(zip(AFTER_DAYS, results.later, strict=True)):
        unknown = sum(1 for place in bought if results.trades[place].later[number] is None)
        profit = profit_of(money, money.known)
        found.append(After(days, profit, len(bought) - unknown - profit.count, unknown))
    return tuple(found)


def traded(results: Results, products: int, rules: Assumptions) -> Traded:
    """The figures of the trades that ended."""
    money, own = results.realised, np.flatnonzero(results.realised.known)
    net, cost, euro = money.net[own], money.cost[own], money.net_eur[own]
    hits = int(np.count_nonzero(net * 10_000 >= cost * rules.min_roi))
    roi = _basis_points(net, cost)
    off = roi - _basis_points(results.promised.net[own], results.promised.cost[own])
    clusters = np.array([results.trades[place].fire.place for place in own.tolist()], np.int64)
    days = [(results.trades[place].sold - results.trades[place].bought) // 1_440 for place in own.tolist()]
    return Traded(
        profit=profit_of(money, money.known),
        hits=hits,
        precision=hits / len(own) if len(own) else None,
        precision_interval=wilson(hits, len(own)),
        mean=float(euro.mean()) if len(own) else None,
        mean_interval=clustered_mean(euro, clusters, of=products, resamples=rules.resamples, seed=rules.seed),
        total=int(euro.sum()),
        median_roi=_median(roi),
        low_roi=round(float(np.quantile(roi, TEN_PERCENT))) if len(own) else None,
        bias=float(off.mean()) if len(own) else None,
        error=float(np.abs(off).mean()) if len(own) else None,
        median_days=_median(np.array(days, np.int64)),
    )


def reliability(results: Results) -> tuple[tuple[Bin, ...], float | None]:
    """How the chances that were stated compare with the trades that ended, and Brier's score."""
    own = results.realised.known & (results.chance >= 0)
    earned: Mask = results.realised.net[own] > 0
    return calibration(results.chance[own], earned), brier(results.chance[own], earned)


def fates(results: Results) -> dict[str, int]:
    """How many fires met each fate."""
    counted = Counter(trade.fate for trade in results.trades)
    return {fate.value: counted[fate] for fate in Fate}


def profit_of(money: Money, known: Mask) -> Profit:
    """The profits that are known."""
    euro = money.net_eur[known]
    lost = round(float(np.mean(money.net[known] < 0)) * 1_000) if len(euro) else None
    return Profit(len(euro), _median(euro), lost)


def _median(values: Int64) -> int | None:
    """The lower median: one of the values."""
    return int(np.sort(values)[(len(values) - 1) // 2]) if len(values) else None


def _basis_points(net: Int64, cost: Int64) -> Int64:
    return np.round(net * 10_000 / np.maximum(cost, 1)).astype(np.int64)
