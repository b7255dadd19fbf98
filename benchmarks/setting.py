"""What the scripts share: an installation of their own in a temporary folder, made-up answers of Keepa, reports."""

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import NamedTuple

END = 8_355_600
"""A Keepa minute in November 2026."""
YEAR = 525_600


def install() -> None:
    """Set Django up on an empty database with the settings of the product, gone when the script ends."""
    folder = tempfile.TemporaryDirectory(prefix="arbitrage-bench-")
    _kept.append(folder)
    os.environ |= {"VAR_DIR": folder.name, "DJANGO_SETTINGS_MODULE": "arbitrage_site.settings", "DEMO": "0"}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


_kept: list[tempfile.TemporaryDirectory[str]] = []


def series(dice: random.Random, points: int, *, end: int = END, triple: bool = False) -> list[int]:
    """A flat array as in Keepa's csv: a price that walks, now and then out of stock, over a year."""
    minutes = sorted(dice.sample(range(end - YEAR, end), points))
    price = dice.randint(800, 9000)
    numbers = []
    for minute in minutes:
        price = max(100, price + dice.randint(-150, 150))
        value = -1 if dice.random() < 0.04 else price
        numbers += [minute, value, -1 if value < 0 else dice.choice([0, 0, 350])] if triple else [minute, value]
    return numbers


def product(asin: str, domain: int, csv: list[list[int] | None]) -> dict[str, object]:
    """Keepa's object around a csv, with the texts and fees that are kept and some that are not."""
    return {
        "asin": asin,
        "domainId": domain,
        "productType": 0,
        "title": f"Stainless steel kettle {asin}, 1.7 l, cordless",
        "brand": "Acme",
        "rootCategory": 3167641,
        "categoryTree": [{"catId": 3167641, "name": "Kitchen"}],
        "eanList": ["4004122159147"],
        "features": ["A feature that nobody keeps"] * 5,
        "description": "Words " * 100,
        "packageLength": 300,
        "packageWidth": 200,
        "packageHeight": 100,
        "packageWeight": 900,
        "fbaFees": {"pickAndPackFee": 350, "lastUpdate": END},
        "referralFeePercentage": 15.01,
        "availabilityAmazon": -1,
        "csv": csv,
        "stats": {"buyBoxPrice": 2000, "buyBoxShipping": 0, "buyBoxSellerId": "A3P5ROKL5A1OLE", "buyBoxIsFBA": True},
    }


def best_of(runs: int, action: Callable[[], object]) -> float:
    """CPU seconds of the fastest run, which other load on the machine disturbed least."""
    return min(_cpu(action) for _ in range(runs))


def _cpu(action: Callable[[], object]) -> float:
    started = time.process_time()
    action()
    return time.process_time() - started


def cpu_seconds(session: int) -> float:
    """CPU seconds of a session's processes and of their children that have ended; 0 where there is no /proc."""
    return sum(process.cpu for process in _processes() if process.session == session)


def cpu_of_tree(pid: int) -> float:
    """CPU seconds of a server's process and its children, also of those that have ended."""
    return sum(process.cpu for process in _processes() if pid in (process.pid, process.parent))


class _Process(NamedTuple):
    """`cpu` in seconds, with that of its children that have ended."""

    pid: int
    parent: int
    session: int
    cpu: float


def _processes() -> Iterator[_Process]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, _, rest = stat.read_text().partition(" ")
        except OSError:
            continue
        fields = rest.rpartition(")")[2].split()
        ticks = sum(map(int, fields[11:15]))
        yield _Process(int(number), int(fields[1]), int(fields[3]), ticks / os.sysconf("SC_CLK_TCK"))


def percentile(numbers: Sequence[float], share: float) -> float:
    """The number that this share of them does not pass; endless where there are none."""
    ordered = sorted(numbers)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 3) if ordered else inf


def p95(numbers: Sequence[float]) -> float:
    """The number that 95 of 100 do not pass."""
    return percentile(numbers, 0.95)


def options(description: str, **numbers: int) -> argparse.Namespace:
    """The arguments of a script: some numbers with their defaults, and --json."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    return parser.parse_args()


def report(name: str, promise: str, measured: Mapping[str, object], *, passed: bool, as_json: bool) -> int:
    """Print what was measured beside the promise; returns the exit code."""
    if as_json:
        print(json.dumps({"name": name, "promise": promise, **measured, "passed": passed}))
    else:
        for label, value in measured.items():
            print(f"{label:26} {value}")
        print(f"{'promised':26} {promise}: {'kept' if passed else 'MISSED'}")
    return 0 if passed else 1


def asins(count: int) -> Iterator[str]:
    """ASINs that cannot be anybody's."""
    return (f"B0{number:08}" for number in range(count))
