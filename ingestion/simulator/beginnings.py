"""When the fast part of a demo's world began: remembered, so that a second start continues the first one's truth."""

from pathlib import Path

import msgspec

from ingestion.simulator.traits import MINUTES_PER_DAY

LONGEST_DAYS = 30
"""After this long a new beginning is made, for what changes fast would fill the histories."""


class Beginning(msgspec.Struct):
    """What the file holds: the world's seed and tempo, and the Keepa minute from which it runs fast."""

    seed: int
    tempo: float
    live_since: int


def beginning(path: Path, *, seed: int, tempo: float, now: int) -> int:
    """The remembered `live_since` of this world, or `now`, which is then remembered."""
    try:
        known = msgspec.json.decode(path.read_bytes(), type=Beginning)
    except (FileNotFoundError, msgspec.DecodeError):
        known = None
    if (
        known is not None
        and (known.seed, known.tempo) == (seed, tempo)
        and 0 <= now - known.live_since <= LONGEST_DAYS * MINUTES_PER_DAY
    ):
        return known.live_since
    path.write_bytes(msgspec.json.encode(Beginning(seed, tempo, now)))
    return now
