"""A backtest within a request: few products, and one at a time in each process."""

from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from arbitrage.backtest.report import Report
from arbitrage.backtest.service import known_asins, run_backtest
from arbitrage.backtest_page.form import BacktestForm

SAMPLE = 100
"""Products of a run without ASINs; the command has no such bound."""
_running = Lock()


class NotRun(Exception):
    """There is no result; the message says why and what to do."""


def run(form: BacktestForm, *, now: datetime) -> Report:
    """Try what a valid form asks for. Raises NotRun, UnusableProfile, and InvalidRate."""
    asins = _chosen(form.cleaned_data["asin"])
    seller = form.seller()
    if not _running.acquire(blocking=False):
        raise NotRun("Another backtest is running here; try again in some seconds.")
    try:
        return run_backtest(asins, form.pairs, seller, form.rules(seller), now=now)
    finally:
        _running.release()


def _chosen(asked: Sequence[str]) -> Sequence[str]:
    """The products asked for, else an even sample of all by ASIN, which no outcome can have chosen."""
    known = known_asins()
    if not known:
        raise NotRun("No listing is known yet; watch a product and wait for its first poll.")
    unknown = sorted(set(asked) - set(known))
    if unknown:
        raise NotRun(
            f"Nothing is known about {', '.join(unknown)[:120]}; watch the product and wait for its first poll."
        )
    return asked or known[:: max(1, -(-len(known) // SAMPLE))]
