"""Whatever order, repeats and gaps messages have, what is handed out is the log."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.eventlog.base import Record
from ingestion.eventlog.shelf import Arrival, Shelf

LOG = [Record("t", 0, number, "key", b"v" * number, datetime(2026, 11, 20, tzinfo=UTC), 1) for number in range(30)]


def fill(start: int, limit: int) -> list[Record]:
    return LOG[start : start + limit]


def arrivals(numbers: list[int]) -> list[Arrival]:
    return [Arrival(number, 1, place, LOG[number] if number % 7 else None) for place, number in enumerate(numbers)]


@given(st.lists(st.integers(0, 29), max_size=60), st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_what_is_handed_out_is_contiguous_and_reaches_the_largest_number(numbers: list[int], limit: int) -> None:
    shelf, position, handed = Shelf(0), 0, list[Record]()
    for arrival in arrivals(numbers):
        shelf.add(arrival, 1)
        taken = shelf.take(position, limit, fill)
        assert taken == shelf.take(position, limit, fill)
        handed += taken
        position += len(taken)
        shelf.passed(position)
    while taken := shelf.take(position, limit, fill):
        handed += taken
        position += len(taken)
        shelf.passed(position)
    assert handed == LOG[: max(numbers, default=-1) + 1]
    assert shelf.bytes == 0


def test_older_generations_are_dropped_and_come_again() -> None:
    shelf = Shelf(0)
    assert shelf.add(Arrival(0, 1, 0, LOG[0]), 1)
    shelf.renew(2, 0)
    assert not shelf.waits(0)
    assert not shelf.add(Arrival(0, 1, 1, LOG[0]), 2)
    assert shelf.add(Arrival(0, 2, 2, LOG[0]), 2)


def test_where_to_seek_is_the_first_message_that_is_not_passed() -> None:
    shelf = Shelf(0)
    for arrival in arrivals([1, 2, 1, 5]):
        shelf.add(arrival, 1)
    assert [shelf.broker_offset(position) for position in (1, 2, 3, 6)] == [0, 1, 3, 4]


def test_a_missing_record_ends_what_is_handed_out() -> None:
    shelf = Shelf(0)
    for arrival in arrivals([1, 5]):
        shelf.add(arrival, 1)
    assert [
        one.offset for one in shelf.take(0, 9, lambda start, limit: fill(start, min(limit, max(0, 3 - start))))
    ] == [0, 1, 2]
