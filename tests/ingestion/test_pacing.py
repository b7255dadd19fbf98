"""Breaker, pauses and batch sizes, by themselves."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.errors import ConsumerStopped
from ingestion.eventlog.base import Record
from ingestion.runner.backoff import FIRST_SECONDS, MOST_SECONDS, Backoff
from ingestion.runner.batch_size import MOST_BYTES, BatchSize
from ingestion.runner.breaker import IN_A_ROW, OF_WINDOW, WINDOW, Breaker
from tests.ingestion.tally import NOON


def records(count: int, size: int = 100) -> list[Record]:
    return [Record("t", 0, offset, "k", b"x" * size, NOON, 1) for offset in range(count)]


def test_pauses_double_up_to_a_bound_and_begin_anew() -> None:
    backoff = Backoff(Random(3))  # noqa: S311 - jitter
    for number in range(12):
        bound = min(MOST_SECONDS, FIRST_SECONDS * 2**number)
        assert bound / 2 <= backoff.failed() <= bound
    backoff.succeeded()
    assert backoff.failed() <= FIRST_SECONDS


def test_what_was_not_committed_is_not_counted() -> None:
    breaker = Breaker()
    for _ in range(5):
        breaker.admit([True] * (IN_A_ROW - 1))
    breaker.committed()
    with pytest.raises(ConsumerStopped):
        breaker.admit([True])


def test_a_good_record_ends_a_row() -> None:
    breaker = Breaker()
    for _ in range(2):
        breaker.admit([True] * (IN_A_ROW - 1) + [False])
        breaker.committed()


@given(st.lists(st.booleans(), max_size=400), st.integers(1, 50))
def test_the_breaker_agrees_with_a_recount(outcomes: list[bool], size: int) -> None:
    """Whatever the batches, it stops at the first batch that holds a record which makes a flood."""
    breaker = Breaker()
    seen: list[bool] = []
    for start in range(0, len(outcomes), size):
        batch = outcomes[start : start + size]
        floods = any(_is_flood(seen + batch[: end + 1]) for end, bad in enumerate(batch) if bad)
        if floods:
            with pytest.raises(ConsumerStopped):
                breaker.admit(batch)
            return
        breaker.admit(batch)
        breaker.committed()
        seen += batch


def _is_flood(seen: list[bool]) -> bool:
    return (all(seen[-IN_A_ROW:]) and len(seen) >= IN_A_ROW) or sum(seen[-WINDOW:]) >= OF_WINDOW


def test_a_slow_transaction_halves_the_batch_at_most() -> None:
    size = BatchSize(400)
    size.committed(records(400), 10.0)
    assert size.limit == 200


def test_batches_settle_where_a_transaction_takes_under_a_quarter_of_a_second() -> None:
    size = BatchSize(2000)
    for _ in range(60):
        size.committed(records(size.limit), 0.002 * size.limit)
    assert 70 <= size.limit < 125


def test_a_small_batch_says_nothing_about_larger_ones() -> None:
    size = BatchSize(400)
    size.committed(records(3), 0.001)
    assert size.limit == 400


def test_quick_batches_grow_to_what_the_consumer_asks() -> None:
    size = BatchSize(400)
    size.committed(records(400), 5.0)
    for _ in range(10):
        size.committed(records(size.limit), 0.001)
    assert size.limit == 400


def test_a_batch_ends_before_the_most_bytes_but_holds_at_least_one_record() -> None:
    size = BatchSize(400)
    assert len(size.fitting(records(100, 120_000))) == MOST_BYTES // 120_000
    assert len(size.fitting(records(3, MOST_BYTES + 1))) == 1
    assert len(size.fitting(records(100))) == 100
