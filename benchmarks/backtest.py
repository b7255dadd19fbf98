"""A year of every route backtested: one product, a lively one, a thousand; against one look after the other.

    python -m benchmarks.backtest [--products 1000] [--json]

Wall seconds from the rows of the database to the report. The baseline prices the looks of one product on one route one
by one, in plain Python with the windows of the pipeline. Exits 1 when a promise is missed.
"""

import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING

from benchmarks.setting import END, install, options, report, series

if TYPE_CHECKING:
    from arbitrage.backtest.history import Past
    from arbitrage.backtest.report import Report
    from arbitrage.economics.profiles import Profile
    from products.models import Listing

ONE_SECONDS, THOUSAND_SECONDS = 0.3, 60.0
LIVELY_POINTS = 2_000
"""Changes a year of each price of each listing: five or six a day."""
LIVELY = "B0LIVELY00"
DAYS = 365
SAMPLE = 40
"""Looks that the baseline prices."""


def stock(count: int) -> list[str]:
    """The simulator's products with a year of history in five shops, the buy box included, and a lively one."""
    from ingestion.simulator.catalogue import demo_asins

    names = demo_asins(count)
    for first in range(0, count, 50):
        _store(names[first : first + 50])
    _store_lively()
    return names


def _store(names: Sequence[str]) -> None:
    from ingestion.simulator.catalogue import absent_from, fees
    from ingestion.simulator.market import Market
    from products.marketplaces import MARKETPLACES
    from products.models import Listing
    from products.series import pack, series_of

    market = Market(seed=1, live_since=END)
    _products(names)
    rows = []
    for code, entry in MARKETPLACES.items():
        batch = market.traits(names, entry.domain_id)
        histories = market.histories(batch, market.last_update(batch, END), buybox=True, rating=False).series
        for place, asin in enumerate(names):
            if absent_from(asin, entry.domain_id):
                continue
            history = {}
            for kind, points in histories.items():
                own = slice(int(points.bounds[place]), int(points.bounds[place + 1]))
                history[kind] = series_of(points.minutes[own], points.values[own])
            charged = fees(asin, entry.domain_id)
            referral = None if charged.referral is None else charged.referral * 100
            rows.append(_listing(asin, code, pack(history), referral, charged.pick_and_pack))
    Listing.objects.bulk_create(rows, batch_size=100)


def _store_lively() -> None:
    from products.marketplaces import MARKETPLACES
    from products.models import Listing
    from products.series import BUY_BOX, NEW, pack, series_of

    dice = random.Random(1)  # noqa: S311 - a shelf
    _products([LIVELY])
    rows = []
    for code in MARKETPLACES:
        walks = {kind: series(dice, LIVELY_POINTS) for kind in (NEW, BUY_BOX)}
        history = {kind: series_of(walk[::2], walk[1::2]) for kind, walk in walks.items()}
        rows.append(_listing(LIVELY, code, pack(history), 150_000, 350))
    Listing.objects.bulk_create(rows)


def _products(names: Sequence[str]) -> None:
    from arbitrage_site.clock import moment_of
    from products.models import Product

    now = moment_of(END)
    Product.objects.bulk_create(
        [Product(asin=asin, title=asin, category="Toys", created_at=now, updated_at=now) for asin in names]
    )


def _listing(asin: str, code: str, history: bytes, referral: int | None, fulfilment: int | None) -> "Listing":
    from arbitrage_site.clock import moment_of
    from products.marketplaces import MARKETPLACES
    from products.models import Listing

    moments = dict.fromkeys(("checked_at", "changed_at", "created_at"), moment_of(END))
    return Listing(
        product_id=asin,
        marketplace=code,
        currency=MARKETPLACES[code].currency,
        category="Toys",
        referral_rate=referral,
        fba_fee=fulfilment,
        history_base=history,
        source_minute=END,
        buybox_minute=END,
        **moments,
    )


def seller() -> "Profile":
    """Somebody who can trade all 20 routes, with a rate of the pound for each day of two years."""
    from django.core.management import call_command

    from arbitrage.economics.profiles import Profile
    from arbitrage.models import FxRate
    from arbitrage_site.clock import moment_of
    from products.marketplaces import CODES

    call_command("rates", "load", stdout=StringIO())
    FxRate.objects.all().delete()
    days = [moment_of(END).date() - timedelta(days=age) for age in range(730)]
    rate = [
        FxRate(day=day, currency="GBP", rate=Decimal(85 + age % 5) / 100, source="benchmark")
        for age, day in enumerate(days)
    ]
    FxRate.objects.bulk_create(rate)
    return Profile(
        "everywhere",
        registrations=frozenset(CODES),
        inbound=90,
        prep=60,
        storage=20,
        freight=250,
        brokerage=100,
        duty=47_000,
        fx_spread=10_000,
    )


def one_by_one(past: "Past", profile: "Profile") -> float:
    """Seconds a look of one route costs without tables of numbers: windows, terms of the day, one flip in Decimal."""
    from arbitrage.economics.flip import evaluate
    from arbitrage.economics.inputs import FlipInputs
    from arbitrage.economics.loading import load_rates
    from arbitrage.economics.terms import Terms
    from arbitrage.economics.termsheet import terms_for
    from arbitrage_site.clock import moment_of
    from products.series import windows

    rates, leg = load_rates(), past.legs["DE"]
    started = time.perf_counter()
    for look in range(SAMPLE):
        minute = END - look * DAYS * 1_440 // SAMPLE
        found = windows(leg.reference, minute)
        terms = terms_for(profile, rates, "IT", "DE", moment_of(minute).date())
        if not isinstance(terms, Terms):
            raise TypeError(terms.sentence())
        evaluate(FlipInputs(terms=terms, buy=2_000, sale=found.median_90 or 3_000, referral=150_000, fba=350))
    return (time.perf_counter() - started) / SAMPLE


def seconds(work: Callable[[], object], runs: int = 1) -> float:
    """The least wall time of some runs."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def main() -> int:
    """Measure, print, and say by the exit code whether the promises hold."""
    arguments = options(__doc__ or "", products=1000)
    install()
    from arbitrage.backtest.assumptions import Assumptions
    from arbitrage.backtest.service import load_pasts, run_backtest
    from arbitrage_site.clock import moment_of
    from products.marketplaces import PAIRS

    names, profile, now = stock(arguments.products), seller(), moment_of(END)
    rules = Assumptions(days=DAYS)

    def run(asins: Sequence[str]) -> "Report":
        return run_backtest(asins, PAIRS, profile, rules, now=now)

    run(names[:1])
    one = seconds(lambda: run(names[1:2]), runs=3)
    lively = seconds(lambda: run([LIVELY]), runs=3)
    ten = seconds(lambda: run(names[:10]))
    hundred = seconds(lambda: run(names[:100]))
    started = time.perf_counter()
    found = run(names)
    every = time.perf_counter() - started
    (past,) = next(load_pasts(names[1:2]))
    looks = DAYS + sum(len(prices.minutes) for leg in past.legs.values() for prices in leg.prices)
    plain = one_by_one(past, profile) * looks * len(PAIRS)
    measured = {
        "products": arguments.products,
        "fires": found.fires,
        "one_product_seconds": round(one, 3),
        "lively_product_seconds": round(lively, 3),
        "ten_products_seconds": round(ten, 3),
        "hundred_products_seconds": round(hundred, 2),
        "all_products_seconds": round(every, 2),
        "one_by_one_seconds": round(plain, 2),
        "ratio": round(plain / one, 1),
    }
    kept = one <= ONE_SECONDS and every <= THOUSAND_SECONDS * max(arguments.products, 1_000) / 1_000
    promise = f"one product {ONE_SECONDS} s, a thousand {THOUSAND_SECONDS:.0f} s"
    return report("backtest", promise, measured, passed=kept, as_json=arguments.json)


if __name__ == "__main__":
    sys.exit(main())
