"""The SQL log keeps the contract, and numbers, compresses and checks as it says."""

from collections.abc import Sequence

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.errors import ConsumerStopped
from ingestion.eventlog import values
from ingestion.eventlog.base import Fenced, Reader, Record
from ingestion.eventlog.sql import Entry, SqlReader, append, append_entries
from ingestion.models import LogPartition, LogPosition, LogRecord
from ingestion.topics import DETECTOR, ENRICHED
from tests.contracts.event_log import NOON, EventLogContract, asin, event, offsets, passed


@pytest.mark.django_db
class TestSqlEventLog(EventLogContract):
    """The contract on SQL tables."""

    def open_reader(self, owner: str, group: str) -> Reader:
        return SqlReader(group, [ENRICHED], owner)


@pytest.mark.django_db
def test_a_missing_record_stops_the_reader_after_those_before_it() -> None:
    append(ENRICHED, [event(1) for _ in range(5)], now=NOON)
    LogRecord.objects.get(offset=2).delete()
    reader = SqlReader(DETECTOR, [ENRICHED], "a")
    records = reader.poll(100, NOON)
    assert [record.offset for record in records] == [0, 1]
    reader.save(passed(records), NOON)
    with pytest.raises(ConsumerStopped, match=r"Record 2 of products.enriched\[\d+\] is missing"):
        reader.poll(100, NOON)


@pytest.mark.django_db
def test_a_group_that_is_new_begins_at_the_oldest_record_kept() -> None:
    append(ENRICHED, [event(1) for _ in range(5)], now=NOON)
    LogRecord.objects.filter(offset__lt=3).delete()
    LogPartition.objects.update(first_offset=3)
    found = offsets(SqlReader(DETECTOR, [ENRICHED], "a").poll(100, NOON))
    assert list(found.values()) == [[3, 4]]


@pytest.mark.django_db
def test_places_are_returned_in_the_order_of_the_events() -> None:
    events = [event(number % 3) for number in range(9)]
    places = append(ENRICHED, events, now=NOON)
    for (partition, offset), one in zip(places, events, strict=True):
        assert LogRecord.objects.get(partition=partition, offset=offset).key == one.asin


@pytest.mark.django_db
def test_nothing_appended_is_nothing_written() -> None:
    assert append(ENRICHED, [], now=NOON) == []
    assert not LogPartition.objects.exists()


@pytest.mark.django_db
def test_an_idle_poll_asks_two_questions(django_assert_num_queries: pytest.FixtureRequest) -> None:
    reader = SqlReader(DETECTOR, [ENRICHED], "a")
    append(ENRICHED, [event(1)], now=NOON)
    reader.save(passed(reader.poll(10, NOON)), NOON)
    reader.poll(10, NOON)
    with django_assert_num_queries(2):  # type: ignore[operator]  # pytest-django types its fixture as a request
        assert not reader.poll(10, NOON)


def test_a_stored_value_of_an_unknown_format_is_named() -> None:
    with pytest.raises(ValueError, match="no known format"):
        values.unpack(b"\x09rest")


@given(st.binary(max_size=2_000))
def test_any_bytes_survive_storing(value: bytes) -> None:
    assert values.unpack(values.pack(value)) == value


@pytest.mark.django_db
@settings(max_examples=30, deadline=None)
@given(st.data())
def test_whatever_is_rolled_back_or_taken_over_each_record_is_passed_once(data: st.DataObject) -> None:
    """Members come and go between poll and save, appends and saves are rolled back; all is saved once, in order."""
    with transaction.atomic():
        log = _Shared()
        for _ in range(data.draw(st.integers(5, 30))):
            name = data.draw(st.sampled_from("abc"))
            step = data.draw(
                st.sampled_from([log.append, log.append, log.poll, log.poll, log.save, log.save, log.leave])
            )
            step(name, data.draw(st.integers(1, 40)), data.draw(st.booleans()))
        log.finish()
        transaction.set_rollback(True)


class _Shared:
    """Three members of a group, and what was saved by whomever."""

    def __init__(self) -> None:
        self.members = {name: SqlReader(DETECTOR, [ENRICHED], name) for name in "abc"}
        self.held: dict[str, Sequence[Record]] = {}
        self.saved: list[tuple[int, int]] = []
        self.committed = 0

    def append(self, _name: str, count: int, fails: bool) -> None:
        with transaction.atomic():
            append_entries(ENRICHED, [Entry(asin(number), b"{}", {}) for number in range(count)], now=NOON)
            transaction.set_rollback(fails)
        self.committed += 0 if fails else count

    def poll(self, name: str, count: int, expires: bool) -> None:
        if expires:
            LogPosition.objects.update(lease_until=NOON)
        self.members[name].forget()
        self.held[name] = self.members[name].poll(count, NOON)

    def save(self, name: str, _count: int, fails: bool) -> None:
        records = self.held.pop(name, [])
        try:
            with transaction.atomic():
                self.members[name].save(passed(records), NOON)
                transaction.set_rollback(fails)
        except Fenced:
            return
        self.saved += [] if fails else [(record.partition, record.offset) for record in records]

    def leave(self, name: str, _count: int, _fails: bool) -> None:
        self.members[name].close()

    def finish(self) -> None:
        for member in self.members.values():
            member.close()
        self.poll("a", 100, False)
        while self.held["a"]:
            self.save("a", 0, False)
            self.poll("a", 100, False)
        assert len(self.saved) == len(set(self.saved)) == self.committed
        for partition in {place for place, _ in self.saved}:
            numbers = [offset for place, offset in self.saved if place == partition]
            assert numbers == list(range(len(numbers)))
        assert sum(LogPosition.objects.values_list("applied", flat=True)) == self.committed
