"""The `stats` parameter: a number of days, or a start and an end (keepa.md 7.2)."""

from datetime import UTC, datetime

from arbitrage_site.clock import minute_of
from ingestion.simulator.clock import minute_of_ms
from ingestion.simulator.parameters import invalid
from ingestion.simulator.timeline import Span


def interval(text: str | None, now: int) -> Span | None:
    """The interval of the statistics, or None where none are asked for. `now` is a Keepa minute."""
    if text is None:
        return None
    start, comma, end = text.partition(",")
    if not comma:
        if not start.isdecimal() or int(start) < 1:
            raise invalid("stats must be a number of days, or a start and an end.")
        return Span.of_days(int(start), now)
    span = Span(_minute(start), _minute(end), now)
    if span.end <= span.start:
        raise invalid("stats must end after it starts.")
    return span


def _minute(text: str) -> int:
    """The Keepa minute of an ISO date, which is UTC, or of Unix milliseconds."""
    if text.isdecimal():
        return minute_of_ms(int(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise invalid("stats takes dates such as 2026-01-31, or Unix milliseconds.") from None
    return minute_of(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
