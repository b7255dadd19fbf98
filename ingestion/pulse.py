"""What changed since a page last looked: totals of the four topics, and the panels that show them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.db.models import Sum

from ingestion.eventlog import values
from ingestion.models import LogPartition, LogRecord, UiLatency
from ingestion.topics import ALERT, ENRICHED, OPPORTUNITIES, RAW, Topic

ORDER = (RAW.name, ENRICHED.name, OPPORTUNITIES.name, ALERT.name)
PANELS: dict[str, tuple[str, ...]] = {
    RAW.name: ("pipeline",),
    ENRICHED.name: ("kpis", "product", "pipeline"),
    OPPORTUNITIES.name: ("kpis", "best", "opportunities", "product", "pipeline"),
    ALERT.name: ("newest", "unread", "alerts", "pipeline"),
}
"""Which panels a topic's records change. A panel is an element that listens to `live-<name>`."""

KEPT = 1000
"""Measurements kept."""
MOST_OFTEN = timedelta(seconds=1)


class _Caused(msgspec.Struct):
    """The one field of a record that the measurement needs."""

    fetched_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """The sum of next offsets per topic, in the order of ORDER; written a.b.c.d in addresses."""

    numbers: tuple[int, ...]

    def __str__(self) -> str:
        return ".".join(str(number) for number in self.numbers)

    def changed_since(self, older: "Totals") -> list[str]:
        """The topics whose total differs. A smaller one is a change too: the log was begun anew."""
        pairs = zip(ORDER, self.numbers, older.numbers, strict=True)
        return [topic for topic, new, old in pairs if new != old]


def read_totals(text: str) -> Totals | None:
    """The totals that a page sends back, or None if it has none or sends nonsense."""
    parts = text.split(".")
    if len(parts) != len(ORDER) or not all(part.isascii() and part.isdecimal() and len(part) < 20 for part in parts):
        return None
    return Totals(tuple(int(part) for part in parts))


def totals() -> Totals:
    """Where the four topics stand now; one query over at most 48 rows."""
    rows = LogPartition.objects.filter(topic__in=ORDER).values_list("topic").annotate(total=Sum("next_offset"))
    by_topic: dict[str, int] = dict(rows)
    return Totals(tuple(by_topic.get(topic, 0) for topic in ORDER))


def panels(topics: list[str]) -> list[str]:
    """The panels to refresh, each once, in a fixed order."""
    return list(dict.fromkeys(panel for topic in topics for panel in PANELS[topic]))


def note_latency(topics: list[str], now: datetime) -> None:
    """Keep how long the newest record took from Keepa's answer to this pulse; at most one row a second.

    Measured where records say when Keepa answered: on the opportunities if they changed, else on the products.
    """
    measured = next((topic for topic in (OPPORTUNITIES, ENRICHED) if topic.name in topics), None)
    newest = UiLatency.objects.order_by("-measured_at").first()
    if measured is None or (newest and newest.measured_at > now - MOST_OFTEN):
        return
    answered_at = _newest_answer(measured)
    if answered_at is None:
        return
    milliseconds = max(0, int((now - answered_at).total_seconds() * 1000))
    row = UiLatency.objects.create(milliseconds=milliseconds, measured_at=now)
    UiLatency.objects.filter(pk__lte=row.pk - KEPT).delete()


def _newest_answer(topic: Topic) -> datetime | None:
    """When Keepa gave the answer behind a topic's newest record; None when it was not an answer that caused it."""
    record = LogRecord.objects.filter(topic=topic.name).order_by("-pk").first()
    if record is None:
        return None
    try:
        return msgspec.json.decode(values.unpack(record.value), type=_Caused).fetched_at
    except msgspec.DecodeError:
        return None
