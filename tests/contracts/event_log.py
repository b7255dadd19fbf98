"""What every event log promises its readers. A backend's test class inherits this and says how a reader is made.

Writing is SQL for every backend, so the suite appends through `ingestion.eventlog.sql` and calls `carry` to let a
backend that reads elsewhere bring the records there. `poll` returns at once, and a broker needs a moment to share
partitions and to send: the suite polls until what must come has come, and no longer than `PATIENCE`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from ingestion.eventlog.base import Fenced, Passed, Place, Reader, Record
from ingestion.eventlog.murmur2 import partition_of
from ingestion.eventlog.recreate import recreate
from ingestion.eventlog.sql import append
from ingestion.events import ProductEnriched, decode
from ingestion.topics import DETECTOR, ENRICHED, PARTITIONS
from tests.waiting import wait_until

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PATIENCE = 30.0


def eventually(look: Callable[[], bool]) -> None:
    """Look until it is so; a short pause in between lets a broker work."""
    wait_until(look, seconds=PATIENCE, every=0.01)


def asin(number: int) -> str:
    return f"B0{number:08d}"


def event(number: int) -> ProductEnriched:
    return ProductEnriched(event_id=uuid4(), occurred_at=NOON, asin=asin(number), cause="recompute")


def passed(records: Iterable[Record]) -> dict[Place, Passed]:
    """The move of positions behind these records."""
    moves: dict[Place, Passed] = {}
    for record in records:
        start = moves.get(record.place, Passed(record.offset, record.offset, 0, 0, 0, record.timestamp))
        moves[record.place] = Passed(start.offset, record.offset + 1, start.applied + 1, 0, 0, record.timestamp)
    return moves


def offsets(records: Iterable[Record]) -> dict[Place, list[int]]:
    found: dict[Place, list[int]] = {}
    for record in records:
        found.setdefault(record.place, []).append(record.offset)
    return found


class EventLogContract:
    """Order per key, no gap, no repeat; members of a group share partitions and fence each other."""

    def open_reader(self, owner: str, group: str) -> Reader:
        """A new member of a group of the topic ENRICHED."""
        raise NotImplementedError

    def carry(self) -> None:
        """Bring what was appended to where readers look for it."""

    @pytest.fixture(autouse=True)
    def _close_readers(self, db: None, settings: Settings) -> Iterator[None]:  # noqa: ARG002 - closing needs both
        """Members that stay would keep their partitions from the next test's."""
        with ExitStack() as self._readers:
            yield

    def reader(self, owner: str, group: str = DETECTOR) -> Reader:
        """A member, which is closed at the end of the test."""
        reader = self.open_reader(owner, group)
        self._readers.callback(reader.close)
        return reader

    def wait(self, reader: Reader, count: int, limit: int = 1000) -> list[Record]:
        """Poll until so many records are there to be handed out."""
        records: list[Record] = []

        def came() -> bool:
            records[:] = reader.poll(limit, NOON)
            return len(records) >= count

        eventually(came)
        return records

    def share(self, readers: Sequence[Reader], counts: Sequence[int]) -> list[dict[Place, list[int]]]:
        """Poll all members until each is given records of so many partitions."""
        found: list[dict[Place, list[int]]] = []

        def shared() -> bool:
            for reader in readers:
                reader.forget()
            found[:] = [offsets(reader.poll(1000, NOON)) for reader in readers]
            return [len(one) for one in found] == list(counts)

        eventually(shared)
        return found

    def append(self, numbers: Iterable[int]) -> list[ProductEnriched]:
        events = [event(number) for number in numbers]
        with transaction.atomic():
            append(ENRICHED, events, now=NOON)
        self.carry()
        return events

    def take(self, reader: Reader, limit: int = 1000, now: datetime = NOON) -> Sequence[Record]:
        """Poll and save: a batch without effects."""
        records = reader.poll(limit, now)
        with transaction.atomic():
            reader.save(passed(records), now)
        return records

    def drain(self, *readers: Reader, limit: int = 1000, now: datetime = NOON) -> list[Record]:
        """Let members pass what there is, in turn, until their group has passed it all."""
        taken: list[Record] = []

        def passed_all() -> bool:
            for reader in readers:
                taken.extend(self.take(reader, limit, now))
            return not readers[0].behind()

        eventually(passed_all)
        return taken

    def test_a_record_comes_back_as_it_was_appended(self) -> None:
        [sent] = self.append([7])
        [record] = self.wait(self.reader("a"), 1)
        assert decode(ProductEnriched, record.value) == sent
        assert (record.key, record.timestamp, record.epoch) == (asin(7), NOON, 1)
        assert record.headers == {"schema": "products.enriched.v1"}
        assert (record.topic, record.partition, record.offset) == (ENRICHED.name, partition_of(asin(7), PARTITIONS), 0)

    def test_records_of_a_key_keep_their_order(self) -> None:
        sent = [one for _ in range(20) for one in self.append(range(5))]
        received = [decode(ProductEnriched, record.value) for record in self.drain(self.reader("a"), limit=7)]
        for number in range(5):
            assert [e for e in received if e.asin == asin(number)] == [e for e in sent if e.asin == asin(number)]

    def test_offsets_of_a_partition_have_no_gap(self) -> None:
        for _ in range(10):
            self.append(range(30))
        found = offsets(self.drain(self.reader("a"), limit=11))
        assert all(numbers == list(range(len(numbers))) for numbers in found.values())
        assert sum(map(len, found.values())) == 300

    def test_an_append_that_was_rolled_back_leaves_no_gap(self) -> None:
        self.append([1])
        with transaction.atomic():
            append(ENRICHED, [event(1), event(2)], now=NOON)
            transaction.set_rollback(True)
        self.append([1])
        assert [record.offset for record in self.drain(self.reader("a"))] == [0, 1]

    def test_polling_gives_the_same_records_until_they_are_saved(self) -> None:
        self.append(range(40))
        reader = self.reader("a")
        self.wait(reader, 40)
        assert list(reader.poll(20, NOON)) == list(reader.poll(20, NOON)) == list(self.take(reader, 20))
        assert len(reader.poll(100, NOON)) == 20

    def test_a_save_that_was_rolled_back_moves_nothing(self) -> None:
        self.append(range(10))
        reader = self.reader("a")
        records = self.wait(reader, 10)
        with transaction.atomic():
            reader.save(passed(records), NOON)
            transaction.set_rollback(True)
        assert list(reader.poll(100, NOON)) == records

    def test_a_limit_is_shared_by_the_partitions_that_wait(self) -> None:
        for _ in range(20):
            self.append(range(60))
        reader = self.reader("a")
        self.wait(reader, 1200, limit=2000)
        records = reader.poll(120, NOON)
        assert len(records) == 120
        assert set(Counter(record.partition for record in records).values()) == {10}

    def test_a_group_goes_on_where_it_stood(self) -> None:
        self.append(range(10))
        first = self.reader("a")
        self.wait(first, 10)
        taken = list(self.take(first, 4))
        first.close()
        taken += self.drain(self.reader("b"))
        assert len({(record.place, record.offset) for record in taken}) == len(taken) == 10

    def test_groups_do_not_see_each_other(self) -> None:
        self.append(range(10))
        assert len(self.drain(self.reader("a"))) == len(self.drain(self.reader("a", group="alert-rules"))) == 10

    def test_two_members_share_the_partitions(self) -> None:
        self.append(range(200))
        ours, theirs = self.share([self.reader("a"), self.reader("b")], [PARTITIONS // 2] * 2)
        assert not ours.keys() & theirs.keys()

    def test_a_third_member_takes_its_share_from_both(self) -> None:
        self.append(range(400))
        readers = [self.reader("a"), self.reader("b")]
        self.share(readers, [6, 6])
        self.share([*readers, self.reader("c")], [4, 4, 4])

    def test_who_lost_a_partition_to_a_newcomer_cannot_save_it(self) -> None:
        self.append(range(200))
        old, new = self.reader("a"), self.reader("b")
        records = self.wait(old, 200)
        eventually(lambda: bool(new.poll(1000, NOON) or not old.poll(1000, NOON)))
        with pytest.raises(Fenced), transaction.atomic():
            old.save(passed(records), NOON)
        old.forget()
        taken = self.drain(old, new)
        assert len({(record.place, record.offset) for record in taken}) == len(taken) == 200

    def test_partitions_of_a_member_that_fell_silent_are_taken_over(self) -> None:
        self.append(range(50))
        silent, other = self.reader("a"), self.reader("b")
        self.wait(silent, 50)
        self.take(silent, 20)
        in_flight = silent.poll(1000, NOON)
        later = NOON + timedelta(minutes=1)
        assert len(self.drain(other, now=later)) == 30
        with pytest.raises(Fenced), transaction.atomic():
            silent.save(passed(in_flight), later)

    def test_partitions_of_a_member_that_left_are_free_at_once(self) -> None:
        self.append(range(50))
        leaving, other = self.reader("a"), self.reader("b")
        self.wait(leaving, 50)
        self.take(leaving, 20)
        leaving.close()
        assert len(self.drain(other)) == 30

    def test_a_slow_member_whom_nobody_replaced_may_still_save(self) -> None:
        self.append(range(10))
        reader = self.reader("a")
        records = self.wait(reader, 10)
        with transaction.atomic():
            reader.save(passed(records), NOON + timedelta(hours=1))
        assert not reader.poll(100, NOON + timedelta(hours=1))

    def test_a_batch_saved_once_cannot_be_saved_again(self) -> None:
        self.append(range(10))
        reader = self.reader("a")
        self.wait(reader, 10)
        records = self.take(reader)
        with pytest.raises(Fenced), transaction.atomic():
            reader.save(passed(records), NOON)

    def test_a_new_generation_of_the_log_fences_and_loses_nothing(self) -> None:
        self.append(range(10))
        reader = self.reader("a")
        records = self.wait(reader, 10)
        recreate()
        with pytest.raises(Fenced), transaction.atomic():
            reader.save(passed(records), NOON)
        reader.forget()
        self.carry()
        assert {record.epoch for record in self.drain(reader)} == {2}

    def test_behind_tells_whether_the_group_has_records_to_pass(self) -> None:
        reader = self.reader("a")
        assert not reader.behind()
        self.append(range(3))
        assert reader.behind()
        self.drain(reader)
        assert not reader.behind()
