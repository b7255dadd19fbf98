"""The arithmetic of Keepa's bucket (keepa.md 6)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.keepa.balance import Balance
from ingestion.keepa.constants import product_tokens
from tests.ingestion.keepa.answers import told

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def balance(tokens: int = 100, rate: int = 20, reduction: float = 0.0) -> Balance:
    """A balance whose next lump comes 30 seconds after noon."""
    return Balance(tokens, rate, reduction, after(30), 1000)


@pytest.mark.parametrize(("rate", "capacity", "reserve"), [(5, 300, 15), (20, 1200, 60), (2000, 120_000, 60)])
def test_capacity_is_an_hour_and_the_reserve_5_percent_of_it_at_most_60(rate: int, capacity: int, reserve: int) -> None:
    held = balance(rate=rate)
    assert (held.capacity, held.reserve) == (capacity, reserve)


@pytest.mark.parametrize(
    ("seconds", "tokens"), [(-500, 100), (0, 100), (29.9, 100), (30, 120), (89, 120), (90, 140), (10**6, 1200)]
)
def test_tokens_come_in_lumps_and_no_further_than_the_capacity(seconds: float, tokens: int) -> None:
    assert balance().at(after(seconds)).tokens == tokens


def test_the_next_lump_is_always_ahead() -> None:
    assert balance().at(after(95)).refill_at == after(150)


@pytest.mark.parametrize(("reduction", "lump"), [(0.4, 20), (0.5, 19), (2.5, 17), (18.0, 2), (30.0, 0)])
def test_trackings_take_off_the_rate_rounded_half_up(reduction: float, lump: int) -> None:
    assert balance(reduction=reduction).at(after(30)).tokens == 100 + lump


def test_an_answer_replaces_what_was_believed() -> None:
    known = balance().told(told(timestamp=2000, tokens_left=-249, refill_in=5000, refill_rate=5), after(10))
    assert known == Balance(-249, 5, 0.0, after(15), 2000)


@pytest.mark.parametrize(
    ("timestamp", "left", "kept"), [(999, 7, 100), (1000, 150, 100), (1000, 7, 7), (1001, 150, 150)]
)
def test_a_late_answer_changes_nothing_and_of_a_tie_the_lower_counts(timestamp: int, left: int, kept: int) -> None:
    assert balance().told(told(timestamp=timestamp, tokens_left=left), NOON).tokens == kept


def test_an_answer_without_bucket_state_only_costs_what_it_says() -> None:
    silent = told(timestamp=5000, tokens_left=0, refill_rate=0, tokens_consumed=3)
    assert balance().told(silent, NOON) == Balance(97, 20, 0.0, after(30), 1000)


@pytest.mark.parametrize(
    ("tokens", "seconds"), [(100, 0), (101, 30), (120, 30), (121, 90), (1200, 30 + 54 * 60), (99_999, 30 + 54 * 60)]
)
def test_nothing_waits_for_more_than_the_capacity(tokens: int, seconds: float) -> None:
    assert balance().seconds_until(tokens, NOON) == seconds


def test_without_a_refill_waiting_is_no_use() -> None:
    assert balance(reduction=20.0).seconds_until(101, NOON) is None


@settings(max_examples=200, deadline=None)
@given(st.integers(-2000, 1200), st.integers(1, 50), st.floats(0, 60), st.integers(1, 3000), st.floats(0, 10_000))
def test_the_wait_ends_exactly_when_the_tokens_are_there(
    tokens: int, rate: int, reduction: float, wanted: int, elapsed: float
) -> None:
    now = after(elapsed)
    held = balance(min(tokens, 60 * rate), rate, reduction)
    seconds = held.seconds_until(wanted, now)
    enough = min(wanted, held.capacity)
    if seconds is None:
        assert held.lump == 0
        assert held.at(now).tokens < enough
        return
    assert held.at(now + timedelta(seconds=seconds + 0.001)).tokens >= enough
    assert seconds == 0 or held.at(now + timedelta(seconds=seconds - 0.001)).tokens < enough


@pytest.mark.parametrize(
    ("buybox", "rating", "update", "tokens"),
    [(False, False, None, 1), (True, False, None, 3), (False, True, 1, 2), (True, True, 0, 5), (False, False, -1, 1)],
)
def test_a_product_costs_1_and_its_extras(buybox: bool, rating: bool, update: int | None, tokens: int) -> None:
    assert product_tokens(buybox=buybox, rating=rating, update=update) == tokens
