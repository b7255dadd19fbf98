"""The demo from an empty folder: how soon its products are there with their flips, and how quick it stays meanwhile.

Starts the Procfile's commands in a folder of its own. Other load on the machine counts as the demo's here, so the CPU
seconds of each process are printed too, and the machine's load over the last five minutes.
"""

import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from threading import Event
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.setting import cpu_seconds, options, p95, report
from tests.processes import commands
from tests.processes_of_the_demo import Demo

FIRST, ALL = 1_000, 5_000
FIRST_SECONDS, ALL_SECONDS = 20.0, 120.0
PAGE_MS, PULSE_MS = 1_000, 2_000
LEAST_FOUND = 0.97
"""Of the flips there are at one minute: prices move while the demo loads, so a few have just opened or closed."""
PULSE_EVERY = 1.5
GIVE_UP_SECONDS = 600.0
PAGES = ("/", "/opportunities/")


@dataclass(slots=True)
class Load:
    """What was seen until everything was there; seconds count from the end of the migration."""

    first: float = 0.0
    everything: float = 0.0
    found: int = 0
    planted: int = 0
    cpu: dict[str, float] = field(default_factory=dict)


def main() -> int:
    """Load, then watch for a while."""
    arguments = options(__doc__ or "", seconds=60)
    with tempfile.TemporaryDirectory(prefix="arbitrage-demo-") as folder:
        demo = Demo(folder)
        os.environ |= {name: demo.environment[name] for name in ("DEMO", "VAR_DIR", "KEEPA_API_KEY", "SIMULATOR_BIND")}
        demo.manage("collectstatic", "--no-input", "--verbosity", "0")
        demo.manage("migrate", "--verbosity", "0")
        migrated = time.monotonic()
        with _running(demo), _visitors(demo.web) as milliseconds:
            load = _loaded(demo, migrated)
            pages = p95(milliseconds)
            pulse = _pulses(demo.web, arguments.seconds)
    measured = _measured(load, pages, pulse)
    passed = _is_kept(load, pages, pulse)
    promise = (
        f"{FIRST} products in {FIRST_SECONDS:.0f} s, {ALL} in {ALL_SECONDS:.0f} s, pages within {PAGE_MS} ms"
        f" meanwhile, pulses within {PULSE_MS} ms afterwards"
    )
    return report("demo", promise, measured, passed=passed, as_json=arguments.json)


@contextmanager
def _running(demo: Demo) -> Iterator[None]:
    """Everything that `make run` does after the migration; all is stopped in the end."""
    try:
        demo.manage("load_demo", "--products", str(ALL))
        for name in commands():
            demo.start(name)
        yield
    finally:
        for name in list(demo.running):
            demo.end(name, signal.SIGTERM)


def _loaded(demo: Demo, since: float) -> Load:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "arbitrage_site.settings"
    django.setup()
    from ingestion.simulator.catalogue import demo_asins

    load = Load()
    _wait(lambda: _are_there(demo_asins(FIRST)))
    load.first = time.monotonic() - since
    load.found, load.planted = _flips(demo_asins(FIRST))
    _wait(lambda: _are_there(demo_asins(ALL)))
    load.everything = time.monotonic() - since
    load.cpu = {name: cpu_seconds(process.pid) for name, process in demo.running.items()}
    return load


def _wait(is_true: Callable[[], bool]) -> None:
    given_up = time.monotonic() + GIVE_UP_SECONDS
    while not is_true():
        if time.monotonic() > given_up:
            sys.exit(f"After {GIVE_UP_SECONDS:.0f} s the demo has not loaded its products.")
        time.sleep(0.25)


def _are_there(asins: list[str]) -> bool:
    """Whether each product has its five listings, and the detector has passed every event about them."""
    from ingestion.models import LogPartition, LogPosition
    from ingestion.topics import DETECTOR, ENRICHED
    from products.marketplaces import CODES
    from products.models import Listing

    wanted = len(asins) * len(CODES)
    if Listing.objects.filter(product_id__gte=asins[0], product_id__lte=asins[-1]).count() < wanted:
        return False
    ends = dict(LogPartition.objects.filter(topic=ENRICHED.name).values_list("partition", "next_offset"))

    def passed() -> bool:
        rows = LogPosition.objects.filter(group=DETECTOR, topic=ENRICHED.name)
        return all(offset >= ends[partition] for partition, offset in rows.values_list("partition", "next_offset"))

    _wait(passed)
    return True


def _flips(asins: list[str]) -> tuple[int, int]:
    """How many flips of these products there are by the simulator's own arithmetic, and how many of them are open."""
    from arbitrage.demo import NAME
    from arbitrage.models import Opportunity
    from arbitrage_site.clock import minute_of, now
    from ingestion.simulator.planted import planted

    is_open = Opportunity.objects.filter(profile__name=NAME, state=Opportunity.State.OPEN, product_id__lte=asins[-1])
    found = set(is_open.values_list("product_id", "source", "target"))
    expected = {(flip.asin, flip.source, flip.target) for flip in planted(_market(), asins, minute_of(now()))}
    return len(found & expected), len(expected)


def _market() -> Any:
    """The simulator's world, from the file in which it keeps when it began."""
    from django.conf import settings

    from ingestion.simulator.market import Market

    world = json.loads(Path(settings.VAR_DIR, "simulator.json").read_text())
    return Market(**world, refresh_minutes=settings.KEEPA_REFRESH_MINUTES)


@contextmanager
def _visitors(web: str) -> Iterator[list[float]]:
    """Somebody who looks at a page every second; yields the list of how long each took, in ms."""
    milliseconds: list[float] = []
    left = Event()

    def visit() -> None:
        for page in cycle(PAGES):
            if left.wait(1.0):
                return
            started = time.monotonic()
            if _get(web, page) is not None:
                milliseconds.append((time.monotonic() - started) * 1000)

    with ThreadPoolExecutor(1) as pool:
        visiting = pool.submit(visit)
        try:
            yield milliseconds
        finally:
            left.set()
            visiting.result()


def _get(web: str, path: str) -> bytes | None:
    """The body, or None where nobody listens yet."""
    try:
        with urlopen(f"http://{web}{path}", timeout=60) as response:
            body: bytes = response.read()
            return body
    except URLError:
        return None


def _pulses(web: str, seconds: int) -> dict[str, Any]:
    """Ask for the pulse as an open page does; returns what the site measured meanwhile."""
    from arbitrage_site.clock import now
    from ingestion.models import UiLatency

    began, end, since = now(), time.monotonic() + seconds, ""
    while time.monotonic() < end:
        body = _get(web, f"/ui/pulse?since={since}" + ("&fresh=1" if since else ""))
        since = json.loads(body)["since"] if body else since
        time.sleep(PULSE_EVERY)
    times = list(UiLatency.objects.filter(measured_at__gte=began).values_list("milliseconds", flat=True))
    return {"pulses": len(times), "pulse_p95_ms": p95([float(number) for number in times])}


def _measured(load: Load, pages: float, pulse: dict[str, Any]) -> dict[str, Any]:
    total = sum(load.cpu.values())
    return {
        "first_products_seconds": round(load.first, 1),
        "flips_found_of_planted": f"{load.found} of {load.planted}",
        "all_products_seconds": round(load.everything, 1),
        "cpu_seconds": {name: round(seconds, 1) for name, seconds in load.cpu.items()},
        "cpu_ms_per_listing": round(1000 * total / (ALL * 5), 2),
        "cores_used": round(total / load.everything, 2),
        "machine_load": round(os.getloadavg()[1], 1),
        "pages_p95_ms": pages,
        **pulse,
    }


def _is_kept(load: Load, pages: float, pulse: dict[str, Any]) -> bool:
    return (
        load.first <= FIRST_SECONDS
        and load.everything <= ALL_SECONDS
        and load.found >= LEAST_FOUND * load.planted
        and pages <= PAGE_MS
        and pulse["pulse_p95_ms"] <= PULSE_MS
    )


if __name__ == "__main__":
    sys.exit(main())
