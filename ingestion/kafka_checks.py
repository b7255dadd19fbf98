"""Checks that ask Kafka itself: is it there, is it new enough, are the topics as declared; and its health probe."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register

from arbitrage_site.health import Finding
from ingestion import shipped
from ingestion.errors import ConsumerStopped, TransientError
from ingestion.runner import states

if TYPE_CHECKING:
    from ingestion.eventlog.administration import Topics

LEAST = 4


@register("services", deploy=True)
def check_kafka(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Nothing without KAFKA_BOOTSTRAP_SERVERS."""
    if not settings.KAFKA:
        return []
    from ingestion.eventlog.administration import Topics  # librdkafka is loaded only where it is used

    try:
        return list(_judged(Topics()))
    except (ConsumerStopped, TransientError) as error:
        return [Error(str(error), id="ingestion.E010")]


def _judged(topics: "Topics") -> Iterator[CheckMessage]:
    major = topics.major_version()
    if major < LEAST:
        yield Error(f"Kafka is of version {major}; version {LEAST} or newer is needed.", id="ingestion.E011")
    for difference in topics.drift():
        if difference.is_fatal:
            yield Error(difference.sentence, id="ingestion.E012")
        else:
            yield checks.Warning(difference.sentence, id="ingestion.W010")


def probe(now: datetime) -> Finding:
    """The health probe, from the relay's own rows: a page must not wait for a broker."""
    seen = states.seen(now, [shipped.GROUP]).get(shipped.GROUP)
    if seen is None or states.is_silent(seen.at, now):
        return Finding("down", "The relay was not seen for a minute. Is manage.py relay_events running?")
    if seen.stopped:
        return Finding("down", f"The relay{seen.part} stopped: {seen.why}")
    lag = sum(shipped.lag().values())
    return Finding("ok", f"{lag} records wait to be shipped." if lag else "")
