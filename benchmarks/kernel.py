"""A million products on all 20 pairs: the int64 kernel against one call a pair of the same formula in plain Python.

    python -m benchmarks.kernel [--products 1000000] [--json]

Times are CPU seconds of this one process, the best of three runs. Exits 1 when the promise is missed.
"""

import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from math import gcd

import numpy as np

from arbitrage.economics.amounts import landed
from arbitrage.economics.kernel import INDEX, Columns, Priced, price, price_in_chunks
from arbitrage.economics.profiles import Profile
from arbitrage.economics.rates import Fixing, Rate, RateBook
from arbitrage.economics.terms import Terms, TermsTable
from arbitrage.economics.termsheet import terms_table
from benchmarks.setting import options, report
from products.marketplaces import CODES, PAIRS

DAY = date(2026, 9, 30)
SECONDS = 1.5
RATIO = 40
MEMORY_MB = 100
SAMPLE = 2_000
"""Products priced by the baseline: 40,000 calls."""
RUNS = 3


@dataclass(frozen=True)
class Result:
    """What was measured. `memory_mb` is how much the peak grew while pricing."""

    products: int
    flips: int
    opportunities: int
    kernel_seconds: float
    kernel_wall_seconds: float
    kernel_ns_per_flip: float
    python_ns_per_flip: float
    ratio: float
    memory_mb: float
    passed: bool


def rates() -> RateBook:
    """The rates of the day for all five marketplaces."""
    vat = {"DE": 190_000, "IT": 220_000, "ES": 210_000, "UK": 200_000, "FR": 200_000}
    surcharge = {"DE": 0, "IT": 30_000, "ES": 30_000, "UK": 20_000, "FR": 30_000}
    fees = {
        ("digital_services", "", code): [Rate(ppm, DAY, "benchmark", on_fulfilment=code in {"UK", "FR"})]
        for code, ppm in surcharge.items()
    }
    return RateBook(
        vat={(code, "standard"): [Rate(ppm, DAY, "benchmark")] for code, ppm in vat.items()},
        fees={**fees, ("fuel", "", ""): [Rate(15_000, DAY, "benchmark")]},
        fixings={"GBP": [Fixing("GBP", DAY, Decimal("0.85463"), "benchmark")]},
    )


def everywhere() -> TermsTable:
    """The terms of a seller who can trade all 20 pairs."""
    profile = Profile(
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
    return terms_table(profile, rates(), DAY)


def columns(products: int) -> Columns:
    """Invented prices of 5 to 200, one in twenty missing."""
    random = np.random.default_rng(1)
    shape = (len(CODES), products)
    buy = random.integers(500, 20_000, shape)
    buy[random.random(shape) < 0.05] = -1
    return Columns(
        buy=buy,
        sale=random.integers(500, 20_000, shape),
        referral=random.choice(np.array([70_000, 80_000, 150_000]), shape),
        fba=random.integers(200, 900, shape),
        closing=np.full(shape, -1, np.int64),
    )


Outcome = tuple[int, int, int, int, int, int]
One = Callable[[int, int, int, int, int], Outcome]


def rounded(amount: int, numerator: int, denominator: int) -> int:
    """The kernel's rounding of what cannot be negative."""
    return (2 * amount * numerator + denominator) // (2 * denominator)


def one_pair(terms: Terms) -> One:
    """The same formula for one product on one pair; all that depends on the pair alone is worked out beforehand."""
    purchase, sale = terms.purchase, terms.sale
    conversion, to_euro = purchase.conversion, terms.to_euro
    net_of_vat = 1_000_000 + purchase.source_vat.ppm
    top, bottom = conversion.numerator * (1_000_000 + purchase.spread), conversion.denominator * 1_000_000
    top, bottom = top // gcd(top, bottom), bottom // gcd(top, bottom)
    known = landed(purchase, 0)
    fixed = purchase.freight + known.brokerage + known.inbound + known.prep
    duty_rate = purchase.duty.ppm if purchase.duty else None
    output = 1_000_000 + (sale.output_vat.ppm if sale.output_vat else 0)
    fuel_rate, surcharge = sale.fuel.ppm, sale.digital_services.ppm
    on_fulfilment, storage = sale.digital_services.on_fulfilment, sale.storage

    def one(buy: int, price: int, referral: int, fba: int, closing: int) -> Outcome:
        net_price = rounded(buy, 1_000_000, net_of_vat)
        cost = rounded(net_price, top, bottom) + fixed
        if duty_rate is not None:
            value = rounded(net_price, conversion.numerator, conversion.denominator) + purchase.freight
            cost += rounded(value, duty_rate, 1_000_000)
        revenue = rounded(price, 1_000_000, output)
        charged = rounded(price, referral, 1_000_000) + max(closing, 0)
        fulfilment = fba + rounded(fba, fuel_rate, 1_000_000)
        base = charged + fulfilment if on_fulfilment else charged
        fees = charged + fulfilment + rounded(base, surcharge, 1_000_000) + storage
        net = revenue - fees - cost
        sign, size = (1, net) if net >= 0 else (-1, -net)
        roi = sign * rounded(size, 10_000, cost)
        net_eur = net if to_euro.day is None else sign * rounded(size, to_euro.numerator, to_euro.denominator)
        return net, net_eur, cost, revenue, fees, roi

    return one


def in_python(table: TermsTable, sample: Columns) -> Iterator[list[Outcome | None]]:
    """The baseline: for each pair, one call a product."""
    for source, target in PAIRS:
        terms = table[source, target]
        if not isinstance(terms, Terms):
            raise TypeError(f"{source} to {target} is not priced")
        one, here, there = one_pair(terms), INDEX[source], INDEX[target]
        legs = zip(
            sample.buy[here].tolist(),
            sample.sale[there].tolist(),
            sample.referral[there].tolist(),
            sample.fba[there].tolist(),
            sample.closing[there].tolist(),
            strict=True,
        )
        yield [one(*leg) if leg[0] > 0 else None for leg in legs]


def check(priced: Priced, outcomes: list[list[Outcome | None]]) -> None:
    """Both must agree on every number of every flip."""
    tables = (priced.net, priced.net_eur, priced.cost, priced.revenue, priced.fees, priced.roi)
    for row, outcome in enumerate(outcomes):
        for column, numbers in enumerate(outcome):
            if bool(priced.complete[row, column]) != (numbers is not None):
                raise SystemExit(f"The kernel and Python disagree on whether {PAIRS[row]} is complete.")
            if numbers is not None and numbers != tuple(int(table[row, column]) for table in tables):
                raise SystemExit(f"The kernel and Python disagree on {PAIRS[row]}, product {column}: {numbers}.")


def best_of(runs: int, work: Callable[[], object]) -> tuple[float, float]:
    """The least CPU time and the least wall time of several runs."""
    cpu, wall = [], []
    for _ in range(runs):
        started = time.process_time(), time.perf_counter()
        work()
        cpu.append(time.process_time() - started[0])
        wall.append(time.perf_counter() - started[1])
    return min(cpu), min(wall)


def measure(products: int) -> Result:
    """Price everything with the kernel, a sample with the baseline, and compare."""
    table, all_columns = everywhere(), columns(products)
    sample = all_columns.part(0, SAMPLE)
    check(price(table, sample), list(in_python(table, sample)))

    def kernel() -> int:
        chunks = price_in_chunks(table, all_columns)
        return sum(int(part.meets(min_roi=1_500, min_profit=300).sum()) for part in chunks)

    before = peak_mb()
    cpu, wall = best_of(RUNS, kernel)
    memory = peak_mb() - before
    python, _ = best_of(RUNS, lambda: list(in_python(table, sample)))
    flips = products * len(PAIRS)
    kernel_ns = cpu / flips * 1e9
    python_ns = python / (len(sample) * len(PAIRS)) * 1e9
    ratio = python_ns / kernel_ns
    return Result(
        products=products,
        flips=flips,
        opportunities=kernel(),
        kernel_seconds=round(cpu, 3),
        kernel_wall_seconds=round(wall, 3),
        kernel_ns_per_flip=round(kernel_ns, 1),
        python_ns_per_flip=round(python_ns, 1),
        ratio=round(ratio, 1),
        memory_mb=round(memory, 1),
        passed=kernel_ns * 20e6 / 1e9 <= SECONDS and ratio >= RATIO and memory <= MEMORY_MB,
    )


def peak_mb() -> float:
    """The most memory this process ever held, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    """Measure, print, and say by the exit code whether the promise holds."""
    arguments = options("Price a million products on 20 pairs.", products=1_000_000)
    measured = asdict(measure(max(arguments.products, SAMPLE)))
    passed = measured.pop("passed")
    promise = f"{SECONDS} s a million products, {RATIO} times Python, at most {MEMORY_MB} MB more"
    return report("kernel", promise, measured, passed=passed, as_json=arguments.json)


if __name__ == "__main__":
    sys.exit(main())
