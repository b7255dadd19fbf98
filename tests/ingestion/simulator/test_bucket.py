"""The simulated token bucket (keepa.md 6)."""

from ingestion.simulator.bucket import TokenBucket

MINUTE = 60_000


def bucket(balance: int | None = None, rate: int = 5, reduction: float = 0.0) -> TokenBucket:
    return TokenBucket(rate=rate, now_ms=0, balance=balance, flow_reduction=reduction)


def test_it_begins_full_with_an_hour_of_refill() -> None:
    assert bucket().state(0).tokens_left == 300


def test_tokens_come_in_one_lump_a_minute() -> None:
    held = bucket(balance=10)
    assert [held.state(ms).tokens_left for ms in (0, MINUTE - 1, MINUTE, 3 * MINUTE)] == [10, 10, 15, 25]


def test_it_never_holds_more_than_its_capacity() -> None:
    assert bucket(balance=298).state(10 * MINUTE).tokens_left == 300


def test_refill_in_counts_down_to_the_lump() -> None:
    held = bucket()
    assert [held.state(ms).refill_in for ms in (0, 45_000, MINUTE, 150_000)] == [60_000, 15_000, 60_000, 30_000]


def test_a_request_may_drive_the_balance_far_below_zero_and_the_next_is_refused() -> None:
    held = bucket(balance=1)
    assert held.admit(0)
    assert held.spend(250, 0).tokens_left == -249
    assert not held.admit(49 * MINUTE)
    assert held.admit(50 * MINUTE)


def test_trackings_take_off_the_rate() -> None:
    assert bucket(balance=10, reduction=1.6).state(MINUTE).tokens_left == 13
