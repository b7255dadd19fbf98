"""A report in the words of the page, where templates cannot count."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from arbitrage.backtest.assumptions import Assumptions
from arbitrage.backtest.report import Report
from arbitrage.backtest.statistics import LEAST_IN_BIN
from arbitrage.economics.rates import EURO
from arbitrage.economics.wording import money, percent
from arbitrage_site.clock import moment_of

TOO_LITTLE = "too little data"


@dataclass(frozen=True, slots=True)
class ShownBin:
    """Chances stated between two shares (a text), and what came true; permille."""

    range: str
    stated: int
    earned: int
    trades: int
    is_small: bool


@dataclass(frozen=True, slots=True)
class ShownReport:
    """`mean_cents` is EUR cents, None without a trade that ended, and so are the ends of its 95 % interval."""

    days: str
    precision: str
    precision_range: str
    mean_cents: int | None
    mean_low: int
    mean_high: int
    bins: Sequence[ShownBin]
    assumptions: Sequence[str]


def shown(report: Report) -> ShownReport:
    """The figures that need words."""
    traded = report.traded
    between = traded.precision_interval
    low, high = (round(end) for end in traded.mean_interval) if traded.mean is not None else (0, 0)
    return ShownReport(
        days=f"{moment_of(report.first):%Y-%m-%d} to {moment_of(report.last):%Y-%m-%d}",
        precision="–" if traded.precision is None else _share(traded.precision),
        precision_range=f"95 % between {_share(between.low)} and {_share(between.high)}" if between else TOO_LITTLE,
        mean_cents=None if traded.mean is None else round(traded.mean),
        mean_low=low,
        mean_high=high,
        bins=[
            ShownBin(
                range=f"{one.first // 10} to {one.last // 10} %",
                stated=round(one.stated),
                earned=round(one.earned),
                trades=one.trades,
                is_small=one.trades < LEAST_IN_BIN,
            )
            for one in report.bins
        ],
        assumptions=list(_assumed(report.assumptions)),
    )


def _assumed(rules: Assumptions) -> Iterator[str]:
    yield f"It fires from ROI {percent(rules.min_roi * 100)} and net profit {money(rules.min_profit, EURO)} on."
    yield f"One has bought {rules.delay} minutes after a price changed."
    lag = "14 days, in November and December 28" if rules.lag is None else f"{rules.lag} days"
    yield f"Goods are on sale after {lag}; a buyer comes within {rules.slowest_sale} days more."
    yield f"One sells {percent(rules.undercut)} below the buy box of that day, where it can be won."
    yield f"Without such a buy box one gives up after {rules.patience} days and takes the lowest FBA price."
    yield "On each route of a product one buys again only when the earlier goods are sold."


def _share(share: float) -> str:
    return f"{share * 100:.0f} %"
