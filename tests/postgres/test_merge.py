"""COPY and merge do what single statements do: the same rows, the same refusals, and nothing twice."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.models import LogRecord
from products import bulk, merge
from products.models import Product, RollUpShare, SearchDirty

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MARKED = ("asin", "document_version", "since", "attempts", "retry_at", "is_parked", "reason")
SHARE = ("asin", "marketplace", "category", "brand", "marked", "counted", "first_day", "closes", "median_90")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "LEAST_ROWS", 1)


def marks(versions: dict[str, int], **given: Any) -> list[tuple[Any, ...]]:
    values = {"since": NOON, "attempts": 0, "retry_at": NOON, "is_parked": False, "reason": "", **given}
    return [(asin, version, *values.values()) for asin, version in versions.items()]


def mark(versions: dict[str, int], **more: Any) -> int:
    update = ("document_version", "retry_at")
    return bulk.upsert(SearchDirty, MARKED, marks(versions), key=("asin",), update=update, **more)


def versions() -> dict[str, int]:
    return dict(SearchDirty.objects.order_by("asin").values_list("asin", "document_version"))


def test_rows_are_inserted_and_then_updated() -> None:
    assert mark({"B": 1, "A": 2}) == 2
    assert mark({"C": 3, "A": 4}) == 2
    assert versions() == {"A": 4, "B": 1, "C": 3}


def test_a_row_does_not_go_back_to_an_older_version() -> None:
    mark({"A": 5, "B": 5})
    assert mark({"A": 4, "B": 5, "C": 1}, never_back="document_version") == 2
    assert versions() == {"A": 5, "B": 5, "C": 1}
    rows = [(6, "A"), (4, "B")]
    assert bulk.update(SearchDirty, ("document_version",), rows, key=("asin",), never_back="document_version") == 1
    assert versions() == {"A": 6, "B": 5, "C": 1}


def test_what_is_raised_is_raised_by_each_row_of_a_batch_that_has_a_key_twice() -> None:
    rows = [("A", "DE", "", "", 1, 0, 0, b"\x00\xff", None)] * 3
    bulk.upsert(RollUpShare, SHARE, rows, key=("asin", "marketplace"), update=(), raise_by_one=("marked",))
    assert RollUpShare.objects.get().marked == 3


def test_an_update_raises_and_counts_what_was_there() -> None:
    mark({"A": 1, "B": 1})
    later = NOON + timedelta(hours=1)
    rows = [(later, 2, "A"), (later, 3, "B"), (later, 4, "gone")]
    assert bulk.update(SearchDirty, ("retry_at",), rows, key=("asin",), add=("attempts",)) == 2
    assert list(SearchDirty.objects.order_by("asin").values_list("attempts", "retry_at")) == [(2, later), (3, later)]


def test_what_is_there_is_left_and_the_rest_gets_the_models_defaults() -> None:
    columns = ("asin", "search_text", "created_at", "updated_at")
    bulk.insert_new(Product, columns, [("A", "first", NOON, NOON)])
    bulk.insert_new(Product, columns, [("A", "second", NOON, NOON), ("B", "second", NOON, NOON)])
    assert list(Product.objects.order_by("asin").values_list("search_text", "eans", "document_version")) == [
        ("first", [], 1),
        ("second", [], 1),
    ]


def test_one_transaction_may_merge_again_and_again() -> None:
    with transaction.atomic():
        for version in range(1, 4):
            mark({"A": version})
    mark({"B": 9})
    assert versions() == {"A": 3, "B": 9}


@pytest.mark.parametrize("attempts", [2**31, 2**40, 2**70, -1])
def test_a_number_that_does_not_fit_is_refused_and_never_cut(attempts: int) -> None:
    with pytest.raises((DataError, IntegrityError, OverflowError)), transaction.atomic():
        bulk.upsert(SearchDirty, MARKED, marks({"A": 1}, attempts=attempts), key=("asin",), update=("attempts",))
    assert not SearchDirty.objects.exists()


@pytest.mark.parametrize("asin", ["B" * 11, "nul\0", "half \ud800"])
def test_a_text_that_does_not_fit_is_refused(asin: str) -> None:
    with pytest.raises((DataError, UnicodeEncodeError)), transaction.atomic():
        mark({asin: 1})
    assert not SearchDirty.objects.exists()


@pytest.mark.parametrize("partition", [2**15, 2**17])
def test_a_record_is_appended_with_the_numbers_it_has_or_not_at_all(partition: int) -> None:
    columns = ("topic", "partition", "offset", "key", "value", "headers", "timestamp", "epoch")
    row = ["t", 7, 2**40, "k", b"\x00\\\n\t\xff", {"a": "\\ \n", "b": None}, NOON, 1]
    bulk.insert(LogRecord, columns, [row])
    found = LogRecord.objects.values_list(*columns).get()
    assert (*found[:4], bytes(found[4]), *found[5:]) == tuple(row)
    with pytest.raises(DataError), transaction.atomic():
        bulk.insert(LogRecord, columns, [["t", partition, *row[2:]]])


Steps = Sequence[tuple[str, dict[str, int]]]


def state_after(steps: Steps, least: int, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    monkeypatch.setattr(merge, "LEAST_ROWS", least)
    with transaction.atomic():
        for kind, given_versions in steps:
            if kind == "upsert":
                mark(given_versions, never_back="document_version")
            else:
                rows = [(version, version, asin) for asin, version in given_versions.items()]
                bulk.update(SearchDirty, ("document_version",), rows, key=("asin",), add=("attempts",))
        after = list(SearchDirty.objects.order_by("asin").values_list("asin", "document_version", "attempts"))
        transaction.set_rollback(True)
    return after


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["upsert", "update"]),
            st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 9), min_size=1),
        ),
        max_size=6,
    )
)
def test_many_at_once_leave_what_one_by_one_leaves(steps: Steps) -> None:
    with pytest.MonkeyPatch.context() as patch:
        assert state_after(steps, 1, patch) == state_after(steps, 1000, patch)


def test_the_catalogue_does_not_grow_with_the_batches() -> None:
    def stages() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'stage\\_%%' AND relkind = 'r'")
            return int(cursor.fetchone()[0])

    mark({"A": 1})
    before = stages()
    for version in range(2, 30):
        mark({"A": version})
    assert stages() == before
