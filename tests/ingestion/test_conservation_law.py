"""For every batch size, mixture of bad records and order of failures: applied + superseded + set aside = passed."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.errors import InvalidRecord, TransientError
from ingestion.eventlog.base import Fenced, Record
from ingestion.eventlog.sql import Entry, SqlReader, append, append_entries
from ingestion.events import ProductEnriched
from ingestion.models import DeadLetter, LogPosition
from ingestion.runner.consumers import Effects
from ingestion.runner.loop import Runner
from ingestion.topics import ENRICHED
from tests.ingestion.tally import NOON, Tally, asin, create_table, event, tallied

KEYS = 7
FAILURES: tuple[Callable[[], Exception] | None, ...] = (
    None, None, lambda: TransientError("away"), lambda: Fenced("robbed"), lambda: ZeroDivisionError()
)  # fmt: skip


class Unlucky(Tally):
    """Meets what it is dealt: a failure after its writes, or a record whose title says that it is bad."""

    def __init__(self, size: int, failures: Iterator[Callable[[], Exception] | None]) -> None:
        super().__init__()
        self.batch_size = size
        self.failures = failures

    def look(self, events: Sequence[ProductEnriched], /) -> None:
        if any(item.title == "invalid" for item in events):
            raise InvalidRecord("invalid", kind="policy")

    def prepare(self, records: Sequence[Record], now: datetime) -> Effects:
        effects = super().prepare(records, now)
        superseded = [record for record in records if b"superseded" in record.value]
        return Effects(effects.write, superseded=len(superseded), set_aside=effects.set_aside)

    def write(self, events: Sequence[ProductEnriched]) -> None:
        super().write([item for item in events if item.title != "superseded"])
        failure = next(self.failures, None)
        if failure:
            raise failure()


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(
    titles=st.lists(
        st.sampled_from(["", "", "", "superseded", "refused", "invalid", "undecodable"]), min_size=1, max_size=45
    ),
    failures=st.lists(st.sampled_from(FAILURES), max_size=12),
    size=st.integers(1, 30),
)
def test_nothing_is_lost_or_applied_twice(
    titles: list[str], failures: list[Callable[[], Exception] | None], size: int
) -> None:
    with transaction.atomic():
        create_table()
        expected = _append(titles)
        seconds = iter(range(0, 10_000_000, 60))
        consumer = Unlucky(size, iter(failures))
        reader = SqlReader(consumer.group, consumer.topics, "a")
        runner = Runner(consumer, reader, monotonic=lambda: next(seconds))
        turns = 0
        while reader.behind():
            runner.turn(NOON)
            turns += 1
            assert turns < 500, runner.stopped_because
        assert tallied() == expected
        _law(titles)
        transaction.set_rollback(True)


def _append(titles: Sequence[str]) -> dict[str, int]:
    """Append one record a title; returns what should be counted."""
    expected: Counter[str] = Counter()
    for number, title in enumerate(titles):
        if title == "undecodable":
            append_entries(ENRICHED, [Entry(asin(number % KEYS), b"{", {})], now=NOON)
        else:
            append(ENRICHED, [event(number % KEYS, title=title)], now=NOON)
        expected[asin(number % KEYS)] += title == ""
    return {key: count for key, count in expected.items() if count}


def _law(titles: Sequence[str]) -> None:
    bad = sum(title in ("refused", "invalid", "undecodable") for title in titles)
    rows = LogPosition.objects.values_list("next_offset", "applied", "superseded", "set_aside")
    assert all(passed == applied + superseded + aside for passed, applied, superseded, aside in rows)
    passed, _, superseded, aside = (sum(column) for column in zip(*rows, strict=True))
    assert (passed, superseded, aside) == (len(titles), titles.count("superseded"), bad)
    assert DeadLetter.objects.count() == bad
