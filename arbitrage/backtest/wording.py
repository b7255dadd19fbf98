"""A report as lines that people read."""

from collections.abc import Iterator

from arbitrage.backtest.report import After, Profit, Report, Traded
from arbitrage.backtest.statistics import LEAST_IN_BIN, Interval
from arbitrage.economics.rates import EURO
from arbitrage.economics.wording import money, percent
from arbitrage.survival.table import Row
from arbitrage_site.clock import moment_of


def lines(report: Report) -> Iterator[str]:
    """The whole report; too little data is said in place of a figure."""
    rules = report.assumptions
    yield (
        f"Backtest of {report.products} product(s) on {report.routes} route(s), "
        f"{moment_of(report.first):%Y-%m-%d} to {moment_of(report.last):%Y-%m-%d}, "
        f"from ROI {percent(rules.min_roi * 100)} and profit {money(rules.min_profit, EURO)}"
    )
    counted = ", ".join(f"{count} {fate}" for fate, count in report.fates.items() if count) or "none"
    yield f"Fires: {report.fires} of {report.fired_products} products ({counted}); {report.estimates} of them estimated"
    yield f"Profit at fire, as the signal said: {_profit(report.at_fire)}"
    yield from (_after(after) for after in report.after)
    yield from _traded(report.traded)
    yield from _lasting(report.lasting)
    yield from _reliability(report)
    yield from report.notes


def _after(after: After) -> str:
    when = f"Sold {after.days} days after" if after.days else "Sold at once"
    return f"{when}: {_profit(after.profit)}; no buyer {after.no_buyer}, not known {after.unknown}"


def _profit(profit: Profit) -> str:
    if profit.median is None or profit.lost is None:
        return "too little data"
    lost = percent(profit.lost * 1_000)
    return f"median {money(profit.median, EURO)} over {profit.count}, {lost} lost money"


def _traded(traded: Traded) -> Iterator[str]:
    if traded.precision is None or traded.mean is None:
        yield "Trades that ended: none, so there is too little data"
        return
    yield f"Trades that ended: {_profit(traded.profit)}; {money(traded.total, EURO)} altogether"
    yield (
        f"Precision at the threshold: {_share(traded.precision)} ({traded.hits} of {traded.profit.count}"
        f"{_between(traded.precision_interval)})"
    )
    low, high = traded.mean_interval
    yield (
        f"Mean profit: {money(round(traded.mean), EURO)}, 95 % between {money(round(low), EURO)} and "
        f"{money(round(high), EURO)} (products drawn whole)"
    )
    yield (
        f"ROI: median {_points(traded.median_roi)}, lowest tenth {_points(traded.low_roi)}; realised less promised "
        f"{_points(traded.bias)}, mean difference {_points(traded.error)}; {traded.median_days} days to the sale"
    )


def _between(interval: Interval | None) -> str:
    return f", 95 % between {_share(interval.low)} and {_share(interval.high)}" if interval else ""


def _share(share: float) -> str:
    return f"{share * 100:.1f} %"


def _points(basis_points: float | None) -> str:
    return "unknown" if basis_points is None else f"{basis_points / 100:.1f} %"


def _lasting(row: Row) -> Iterator[str]:
    if row.note:
        yield f"How long they lasted: {row.note}"
        return
    read = ", ".join(f"{reading.horizon.label} {reading.note or _points(reading.share)}" for reading in row.readings)
    yield f"Still open after: {read} ({row.count} fires, {row.censored} out of sight before they ended)"


def _reliability(report: Report) -> Iterator[str]:
    if report.brier is None:
        yield "Chance of a profit: too little data"
        return
    yield f"Chance of a profit, stated and realised (Brier score {report.brier:.3f}):"
    for one in report.bins:
        few = "" if one.trades >= LEAST_IN_BIN else f"; fewer than {LEAST_IN_BIN}, so it says little"
        yield (
            f"  {one.first // 10} to {one.last // 10} %: stated {one.stated / 10:.1f} %, "
            f"realised {one.earned / 10:.1f} %, {one.trades} trades{few}"
        )
