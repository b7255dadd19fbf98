"""The thread that drains: when it goes round, and what it says of itself."""

from collections.abc import Callable
from datetime import datetime
from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.db import InterfaceError

from ingestion.indexing import IndexConsumer
from ingestion.indexing.draining import MOST_REST_SECONDS, Draining
from ingestion.models import ConsumerState
from ingestion.runner.turns import RETRY_SECONDS
from ingestion.topics import DOCUMENTS
from products.search.sync import MOST, Drained
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def draining(*answers: Drained | Exception) -> tuple[Draining, list[int]]:
    """One whose drain answers so, the last answer again and again; and how often it was asked."""
    calls: list[int] = []

    def drain(limit: int, _now: datetime) -> Drained:
        calls.append(limit)
        answer = answers[min(len(calls), len(answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Draining(drain, now=lambda: NOON), calls


def test_it_goes_on_at_once_while_there_is_more() -> None:
    one, calls = draining(Drained(claimed=MOST), Drained(claimed=MOST), Drained(claimed=3))
    assert one.turn() == 0
    assert calls == [MOST] * 3


def test_trouble_is_told_and_rested_from_and_forgotten() -> None:
    one, _ = draining(Drained(trouble="Elasticsearch is away."), Drained())
    assert 0 < one.turn() <= MOST_REST_SECONDS
    assert ConsumerState.objects.get(group=DOCUMENTS).stopped_because == "Elasticsearch is away."
    assert one.turn() == 0
    assert ConsumerState.objects.get(group=DOCUMENTS).stopped_because == ""


def test_a_mistake_is_told_and_ends_nothing() -> None:
    one, _ = draining(ZeroDivisionError("never"), Drained())
    assert one.turn() == RETRY_SECONDS
    assert "ZeroDivisionError" in ConsumerState.objects.get(group=DOCUMENTS).stopped_because
    assert one.turn() == 0
    assert ConsumerState.objects.get(group=DOCUMENTS).stopped_because == ""


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_driver_has_closed_is_tried_again() -> None:
    one, _ = draining(InterfaceError("connection already closed"), Drained())
    assert 0 < one.turn() <= MOST_REST_SECONDS
    assert one.turn() == 0


def test_finishing_drains_until_nothing_is_due() -> None:
    one, calls = draining(Drained(claimed=5), Drained(claimed=2), Drained())
    assert one.finish() == ""
    assert len(calls) == 3


def test_finishing_says_why_it_cannot() -> None:
    one, _ = draining(Drained(claimed=5, trouble="Elasticsearch is away."))
    assert one.finish() == f"{DOCUMENTS}: Elasticsearch is away."


@pytest.mark.django_db(transaction=True)
def test_a_wake_up_drains_and_stopping_ends_the_thread() -> None:
    drained = Event()
    one = Draining(_telling(drained), now=lambda: NOON)
    one.start()
    assert drained.wait(10)
    drained.clear()
    one.wake()
    assert drained.wait(10)
    one.stop()


def test_records_only_wake() -> None:
    consumer = IndexConsumer()
    effects = consumer.prepare([], NOON)
    effects.write()
    assert not effects.set_aside
    assert not effects.superseded


def test_the_command_needs_an_index() -> None:
    with pytest.raises(CommandError, match="ELASTICSEARCH_URL"):
        call_command("index_products")


def _telling(event: Event) -> Callable[[int, datetime], Drained]:
    def drain(_limit: int, _now: datetime) -> Drained:
        event.set()
        return Drained()

    return drain
