"""A running Keepa simulator for tests: a real server on a free loopback port."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ingestion.simulator.app import Simulator
from ingestion.simulator.clock import SimulatedClock, ms_of_minute
from ingestion.simulator.market import Market
from ingestion.simulator.server import serve_in_thread

KEY = "k" * 64
START_MINUTE = 8_355_000
"""A Keepa minute in November 2026 at which the simulated world of the tests stands still."""


@dataclass(frozen=True, slots=True)
class Running:
    """The simulator that serves, and the base address at which it does."""

    simulator: Simulator
    url: str

    def advance(self, minutes: float) -> None:
        """Move the simulated clock forward."""
        self.simulator.clock.advance(minutes=minutes)


def frozen_simulator(
    *, seed: int = 1, rate: int = 2_000, tempo: float = 1.0, refresh_minutes: int = 60, **options: Any
) -> Simulator:
    """A simulator whose clock stands at START_MINUTE until a test advances it."""
    clock = SimulatedClock(start_ms=ms_of_minute(START_MINUTE), speed=0)
    market = Market(seed=seed, live_since=START_MINUTE, tempo=tempo, refresh_minutes=refresh_minutes)
    return Simulator(key=KEY, clock=clock, rate=rate, market=market, **options)


@contextmanager
def running_simulator(**options: Any) -> Iterator[Running]:
    """Serve `frozen_simulator(**options)` while the block runs."""
    simulator = frozen_simulator(**options)
    with serve_in_thread(simulator) as url:
        yield Running(simulator, url)
