"""How far the consumers are behind, and waiting for them: what is polled faster than it is read is paid for and old."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Sum

from ingestion.models import ConsumerState, LogPartition, LogPosition
from ingestion.topics import ENRICHMENT, RAW

MOST_WAITING = 400
"""Raw records that may wait. At what one consumer reads a second this is well under a second of delay."""

ALIVE = timedelta(seconds=15)
LONGEST_WAIT = timedelta(seconds=30)
PAUSE_SECONDS = 0.1


def waiting() -> int:
    """Raw records that the enrichment has still to pass."""
    ends = LogPartition.objects.filter(topic=RAW.name).aggregate(total=Sum("next_offset"))["total"] or 0
    places = LogPosition.objects.filter(topic=RAW.name, group=ENRICHMENT)
    return ends - (places.aggregate(total=Sum("next_offset"))["total"] or 0)


def wait_for_consumers(now: Callable[[], datetime], sleep: Callable[[float], None]) -> None:
    """Return when few records wait, or at once where no consumer runs: the log keeps what comes meanwhile.

    A consumer that is alive and stays behind is waited for half a minute, so that polling slows down but never stops.
    """
    until = now() + LONGEST_WAIT
    while waiting() > MOST_WAITING and now() < until:
        if not ConsumerState.objects.filter(group=ENRICHMENT, stopped_because="", seen_at__gt=now() - ALIVE).exists():
            return
        sleep(PAUSE_SECONDS)
