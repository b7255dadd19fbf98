"""The time: read at the edges, passed inwards; and Keepa's minutes."""

from datetime import UTC, datetime

KEEPA_EPOCH_MINUTES = 21_564_000
"""Minutes from the Unix epoch to 2011-01-01 00:00 UTC, where Keepa's time begins (keepa.md 8)."""

MINUTES_PER_DAY = 1440


def now() -> datetime:
    """The current time in UTC. Only commands, tasks, views and clients call this."""
    return datetime.now(UTC)


def minute_of(moment: datetime) -> int:
    """The Keepa minute that contains `moment`, which must be aware."""
    return int(moment.timestamp() // 60) - KEEPA_EPOCH_MINUTES


def moment_of(minute: int) -> datetime:
    """The beginning of a Keepa minute, in UTC."""
    return datetime.fromtimestamp((minute + KEEPA_EPOCH_MINUTES) * 60, UTC)
