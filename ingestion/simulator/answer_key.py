"""The file that says which flips are really there; for people and tests, never read by the pipeline."""

from pathlib import Path
from threading import Event

import msgspec

from ingestion.simulator.catalogue import demo_asins
from ingestion.simulator.clock import SimulatedClock
from ingestion.simulator.market import Market
from ingestion.simulator.planted import PlantedFlip, as_rows, planted

CHUNK = 100
PAUSE_SECONDS = 0.3
EVERY_SECONDS = 300.0


class AnswerKey:
    """Writes the planted flips of a whole catalogue, as of one minute, and again every five minutes.

    It works in small steps with pauses between them, so that answering requests comes first.
    """

    def __init__(self, path: Path, *, market: Market, clock: SimulatedClock, size: int) -> None:
        self._path = path
        self._market = market
        self._clock = clock
        self._asins = demo_asins(size)
        self._stopped = Event()

    def run(self) -> None:
        """Write until `stop` is called."""
        while not self._stopped.is_set():
            self.write(pause=PAUSE_SECONDS)
            self._stopped.wait(EVERY_SECONDS)

    def stop(self) -> None:
        """Let `run` end at its next step; what it had not finished is not written."""
        self._stopped.set()

    def write(self, *, pause: float = 0.0) -> None:
        """Write the flips of this minute: {"minute", "flips": [{asin, source, target, net, currency}]}."""
        minute = self._clock.minute()
        found: list[PlantedFlip] = []
        for start in range(0, len(self._asins), CHUNK):
            found += planted(self._market, self._asins[start : start + CHUNK], minute)
            if self._stopped.wait(pause):
                return
        content = msgspec.json.encode({"minute": minute, "flips": as_rows(found)})
        unfinished = self._path.with_suffix(".part")
        unfinished.write_bytes(msgspec.json.format(content, indent=1))
        unfinished.replace(self._path)
