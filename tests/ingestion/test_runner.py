"""Batches pass once, bad records stand alone, floods stop, and weather is waited out."""

import sqlite3
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from django.db import OperationalError, transaction

from ingestion.errors import InvalidRecord, TransientError
from ingestion.eventlog.recreate import recreate
from ingestion.eventlog.sql import Entry, SqlReader, append, append_entries
from ingestion.events import ProductEnriched
from ingestion.models import ConsumerState, DeadLetter, LogPosition, LogRecord
from ingestion.runner.breaker import Breaker
from ingestion.runner.loop import RETRY_SECONDS, Runner
from ingestion.runner.turns import TOLD_AFTER
from ingestion.topics import ENRICHED
from tests.ingestion.tally import NOON, Tally, asin, create_table, event, tallied

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def table(db: None) -> None:
    create_table()


class Clock:
    """A monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def runner_of(consumer: Tally, clock: Clock | None = None, **options: Any) -> Runner:
    reader = SqlReader(consumer.group, consumer.topics, "a")
    return Runner(consumer, reader, monotonic=clock or Clock(), random=Random(1), **options)  # noqa: S311 - jitter


def add(count: int, **titles: str) -> None:
    """Append events 0 to count - 1; `n7="refused"` gives number 7 a title."""
    append(ENRICHED, [event(number, title=titles.get(f"n{number}", "")) for number in range(count)], now=NOON)


def drain(runner: Runner) -> None:
    while runner.turn(NOON):
        pass


def counted() -> tuple[int, int, int]:
    """Applied, superseded and set aside, summed over positions."""
    rows = LogPosition.objects.values_list("applied", "superseded", "set_aside")
    applied, superseded, aside = (sum(column) for column in zip(*rows, strict=True))
    return applied, superseded, aside


def once(count: int, *, without: Sequence[int] = ()) -> dict[str, int]:
    return {asin(number): 1 for number in range(count) if number not in without}


def test_every_record_is_applied_once() -> None:
    add(250)
    drain(runner_of(Tally()))
    assert tallied() == once(250)
    assert counted() == (250, 0, 0)


def test_a_batch_is_no_larger_than_the_consumer_asks() -> None:
    add(250)
    consumer = Tally()
    drain(runner_of(consumer))
    assert [len(batch) for batch in consumer.batches] == [100, 100, 50]


def test_a_record_that_the_database_refuses_is_set_aside_alone() -> None:
    add(20, n7="refused")
    assert runner_of(Tally()).turn(NOON) == 20
    letter = DeadLetter.objects.get()
    assert (letter.key, letter.kind, letter.error_class) == (asin(7), "constraint", "IntegrityError")
    assert tallied() == once(20, without=[7])
    assert counted() == (19, 0, 1)


def test_a_record_that_cannot_be_decoded_is_set_aside_with_its_bytes_and_reason() -> None:
    append_entries(ENRICHED, [Entry(asin(3), b'{"schema": "products.enriched.v1"}', {"trace": "x"})], now=NOON)
    runner_of(Tally()).turn(NOON)
    letter = DeadLetter.objects.get()
    assert (bytes(letter.value), letter.headers, letter.kind) == (
        b'{"schema": "products.enriched.v1"}', {"trace": "x"}, "schema"
    )  # fmt: skip
    assert letter.reason == "products.enriched.v1: Object missing required field `event_id`"


def test_a_record_refused_while_preparing_is_set_aside_alone() -> None:
    class Refuses(Tally):
        def look(self, events: Sequence[ProductEnriched]) -> None:
            if any(item.title == "invalid" for item in events):
                raise InvalidRecord("The title is invalid.", kind="policy")

    add(30, n4="invalid", n5="invalid")
    runner_of(Refuses()).turn(NOON)
    assert set(DeadLetter.objects.values_list("kind", "reason")) == {("policy", "The title is invalid.")}
    assert tallied() == once(30, without=[4, 5])


@pytest.mark.parametrize("number", [2**63, 2**80])
def test_a_number_beyond_the_database_is_bad_data(number: int) -> None:
    class Overflows(Tally):
        def write(self, events: Sequence[ProductEnriched]) -> None:
            super().write(events)
            if any(item.title == "huge" for item in events):
                LogRecord.objects.filter(offset=number).update(key="")
                LogPosition.objects.update(applied=number)

    add(9, n2="huge")
    runner_of(Overflows()).turn(NOON)
    assert DeadLetter.objects.get().error_class in {"OverflowError", "DataError"}
    assert tallied() == once(9, without=[2])


def test_fifty_bad_records_in_a_row_stop_the_consumer_and_nothing_is_written() -> None:
    append_entries(ENRICHED, [Entry(asin(1), b"{", {})] * 60, now=NOON)
    runner = runner_of(Tally())
    assert runner.turn(NOON) == 0
    assert runner.stopped_because.startswith("50 bad records in a row")
    assert ConsumerState.objects.get().stopped_because == runner.stopped_because
    assert not DeadLetter.objects.exists()
    assert set(LogPosition.objects.values_list("next_offset", flat=True)) == {0}


def test_forty_nine_bad_records_in_a_row_pass() -> None:
    append_entries(ENRICHED, [Entry(asin(1), b"{", {})] * 49, now=NOON)
    add(2)
    drain(runner_of(Tally()))
    assert (DeadLetter.objects.count(), tallied()) == (49, once(2))


def test_a_flood_that_the_database_refuses_stops_too() -> None:
    add(60, **{f"n{number}": "refused" for number in range(60)})
    runner = runner_of(Tally())
    runner.turn(NOON)
    assert "in a row" in runner.stopped_because
    assert DeadLetter.objects.count() == 49
    assert counted() == (0, 0, 49)


def test_five_percent_of_the_last_two_thousand_stop_the_consumer() -> None:
    for _ in range(11):
        bad = [Entry(asin(1), b"{", {})] * 9
        append_entries(ENRICHED, bad, now=NOON)
        append(ENRICHED, [event(1) for _ in range(91)], now=NOON)
    append_entries(ENRICHED, [Entry(asin(1), b"{", {})], now=NOON)
    runner = runner_of(Tally())
    drain(runner)
    assert runner.stopped_because.startswith("100 bad records among the last 2000")
    assert DeadLetter.objects.count() == 99


def test_a_person_may_let_a_flood_through() -> None:
    append_entries(ENRICHED, [Entry(asin(1), b"{", {})] * 60, now=NOON)
    drain(runner_of(Tally(), breaker=Breaker(is_open=True)))
    assert DeadLetter.objects.count() == 60


class Failing(Tally):
    """Raises the errors it is given, one a turn, before it works."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__()
        self.errors = list(errors)

    def write(self, events: Sequence[ProductEnriched]) -> None:
        super().write(events)
        if self.errors:
            raise self.errors.pop(0)


def test_bad_weather_is_waited_out_and_sets_nothing_aside() -> None:
    add(10)
    clock = Clock()
    consumer = Failing(*[TransientError("away")] * 3)
    runner = runner_of(consumer, clock)
    while not runner.turn(NOON):
        clock.seconds += 0.05
    assert len(consumer.batches) == 4
    assert 0.7 < clock.seconds - 100 < 1.6, "pauses below 0.2, 0.4 and 0.8 seconds, each at least half of that"
    assert (tallied(), counted()) == (once(10), (10, 0, 0))
    assert not DeadLetter.objects.exists()


def test_bad_weather_that_lasts_is_told_as_the_reason_and_ends_with_it() -> None:
    add(1)
    clock = Clock()
    runner = runner_of(Failing(*[TransientError("Kafka does not answer.")] * 2), clock)
    runner.turn(NOON)
    assert not ConsumerState.objects.exists()
    clock.seconds += 60
    runner.turn(NOON + TOLD_AFTER)
    assert ConsumerState.objects.get().stopped_because == "Kafka does not answer."
    clock.seconds += 60
    assert runner.turn(NOON + TOLD_AFTER) == 1
    assert ConsumerState.objects.get().stopped_because == ""


def test_a_partition_that_stands_still_is_told_while_the_others_go_on() -> None:
    add(30)
    LogRecord.objects.filter(partition=LogRecord.objects.all()[0].partition, offset=0).delete()
    runner = runner_of(Tally())
    assert runner.turn(NOON) > 0
    assert "is missing from the log" in ConsumerState.objects.get().stopped_because


def test_an_unknown_error_stops_the_consumer_until_it_looks_again() -> None:
    add(10)
    clock = Clock()
    runner = runner_of(Failing(ZeroDivisionError("secret")), clock)
    assert runner.turn(NOON) == 0
    state = ConsumerState.objects.get()
    assert (
        state.stopped_because
        == "It met an unknown error (ZeroDivisionError); the log has the trace. It tries again by itself."
    )
    assert runner.turn(NOON) == 0
    clock.seconds += RETRY_SECONDS
    assert runner.turn(NOON) == 10
    assert (tallied(), ConsumerState.objects.get().stopped_because) == (once(10), "")


def test_a_database_error_that_does_not_pass_by_itself_stops_the_consumer() -> None:
    add(1)
    runner = runner_of(Failing(operational("no such table: x", "SQLITE_ERROR")))
    runner.turn(NOON)
    assert "OperationalError" in runner.stopped_because
    assert not DeadLetter.objects.exists()


def operational(message: str, name: str) -> OperationalError:
    """As Django raises it: with the driver's error behind it."""
    error = OperationalError(message)
    error.__cause__ = sqlite3.OperationalError(message)
    error.__cause__.sqlite_errorcode = getattr(sqlite3, name)
    return error


@pytest.mark.parametrize("name", ["SQLITE_BUSY", "SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED"])
def test_a_locked_database_is_bad_weather(name: str) -> None:
    add(5)
    clock = Clock()
    runner = runner_of(Failing(operational("database is locked", name)), clock)
    assert (runner.turn(NOON), runner.stopped_because) == (0, "")
    clock.seconds += 1
    assert (runner.turn(NOON), tallied()) == (5, once(5))


def test_a_full_disk_is_said_plainly() -> None:
    add(1)
    runner = runner_of(Failing(operational("database or disk is full", "SQLITE_FULL")))
    runner.turn(NOON)
    assert runner.stopped_because.startswith("The database cannot grow")


def test_records_of_an_older_log_are_dropped_and_counted() -> None:
    add(10)
    recreate()
    LogRecord.objects.filter(key__in=[asin(1), asin(2)]).update(epoch=1)
    drain(runner_of(Tally()))
    assert tallied() == once(10, without=[1, 2])
    assert counted() == (8, 2, 0)


def test_a_record_of_a_newer_log_stops_the_consumer() -> None:
    add(1)
    LogRecord.objects.update(epoch=2)
    runner = runner_of(Tally())
    runner.turn(NOON)
    assert "generation 2, but this database is at 1" in runner.stopped_because
    assert tallied() == {}


def test_a_batch_whose_partition_was_taken_over_is_forgotten_and_read_again() -> None:
    class Robbed(Tally):
        def look(self, _: Sequence[ProductEnriched]) -> None:
            if len(self.batches) == 1:
                other = SqlReader(self.group, self.topics, "b")
                with transaction.atomic():
                    other.poll(1, NOON)
                other.close()

    add(100)
    runner = runner_of(Robbed())
    assert runner.turn(NOON) == 0
    drain(runner)
    assert (tallied(), counted()) == (once(100), (100, 0, 0))
