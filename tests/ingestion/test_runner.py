"""Batches pass once, bad records stand alone, and weather is waited out."""

import pytest

from ingestion.eventlog.sql import SqlReader, append
from ingestion.models import DeadLetter, LogPosition
from ingestion.runner import Runner
from ingestion.topics import ENRICHED
from tests.ingestion.tally import NOON, Tally, asin, create_table, event, tallied

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def table(db: None) -> None:
    create_table()


def runner_of(consumer: Tally) -> Runner:
    return Runner(consumer, SqlReader(consumer.group, consumer.topics, "a"))


def test_every_record_is_applied_once() -> None:
    append(ENRICHED, [event(number) for number in range(250)], now=NOON)
    runner = runner_of(Tally())

    assert sum(runner.turn(NOON) for _ in range(6)) == 250
    assert tallied() == {asin(number): 1 for number in range(250)}
    assert sum(LogPosition.objects.values_list("applied", flat=True)) == 250


def test_a_record_that_the_database_refuses_is_set_aside_alone() -> None:
    append(ENRICHED, [event(number, title="refused" if number == 7 else "") for number in range(20)], now=NOON)
    assert runner_of(Tally()).turn(NOON) == 20

    letter = DeadLetter.objects.get()
    assert (letter.key, letter.kind, letter.error_class) == (asin(7), "constraint", "IntegrityError")
    assert tallied() == {asin(number): 1 for number in range(20) if number != 7}
