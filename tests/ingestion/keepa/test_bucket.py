"""The shared row: reservations, late and lost answers, ceilings, a refused key."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from ingestion.errors import KeepaKeyRefused, NotPayable
from ingestion.keepa.bucket import ABANDONED, Bucket
from ingestion.models import TokenBucket, TokenReservation, TokenUse
from tests.ingestion.keepa.answers import KEY, told

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def bucket_with(tokens: int, **fields: int) -> Bucket:
    """A bucket whose balance Keepa told at noon; 20 tokens a minute, 60 in reserve, the next lump after 30 s."""
    bucket = Bucket(KEY)
    bucket.sync(told(tokens_left=tokens, timestamp=1000, **fields), asked_at=NOON, now=NOON)
    return bucket


def test_an_unknown_balance_pays_for_nothing_and_wants_to_be_told() -> None:
    bucket = Bucket(KEY)
    assert bucket.needs_telling(NOON)
    assert (bucket.affordable(NOON), bucket.state(NOON).is_known) == (0, False)
    with pytest.raises(NotPayable, match="not told the token balance yet") as caught:
        bucket.reserve(1, purpose="products", now=NOON)
    assert caught.value.wait_seconds == 0


def test_what_is_free_is_the_balance_less_reservations_less_the_reserve() -> None:
    bucket = bucket_with(500)
    bucket.reserve(100, purpose="products", now=NOON)
    state = bucket.state(after(31))
    assert (state.tokens, state.reserved, state.reserve, state.affordable) == (520, 100, 60, 360)


@pytest.mark.parametrize(("tokens", "payable"), [(440, True), (441, False)])
def test_a_request_is_sent_only_if_the_reserve_stays(tokens: int, payable: bool) -> None:
    bucket = bucket_with(500)
    if payable:
        assert bucket.reserve(tokens, purpose="products", now=NOON)
        return
    with pytest.raises(NotPayable, match="may cost 441 tokens; 440 are free") as caught:
        bucket.reserve(tokens, purpose="products", now=NOON)
    assert caught.value.wait_seconds == 30


def test_a_request_beyond_capacity_less_reserve_can_never_be_paid() -> None:
    with pytest.raises(NotPayable, match="1141 tokens, more than the 1140") as caught:
        bucket_with(1200).reserve(1141, purpose="codes", now=NOON)
    assert caught.value.wait_seconds is None
    assert caught.value.permanent


def test_a_refill_that_trackings_eat_up_is_said_so() -> None:
    bucket = bucket_with(70, token_flow_reduction=20)
    with pytest.raises(NotPayable, match="trackings") as caught:
        bucket.reserve(50, purpose="bestsellers", now=NOON)
    assert caught.value.permanent


def test_an_answer_replaces_its_reservation_and_is_counted() -> None:
    bucket = bucket_with(500)
    reservation = bucket.reserve(100, purpose="products", now=NOON)
    bucket.settle(reservation, told(tokens_left=420, timestamp=2000, tokens_consumed=80), now=after(2))
    state = bucket.state(after(2))
    assert (state.tokens, state.reserved, state.spent_today) == (420, 0, 80)
    assert TokenUse.objects.get().requests == 1


def test_a_late_answer_frees_its_reservation_but_not_the_newer_balance() -> None:
    bucket = bucket_with(500)
    early = bucket.reserve(10, purpose="products", now=NOON)
    later = bucket.reserve(20, purpose="products", now=after(1))
    bucket.settle(later, told(tokens_left=470, timestamp=3000, tokens_consumed=20), now=after(3))
    bucket.settle(early, told(tokens_left=490, timestamp=2000, tokens_consumed=10), now=after(4))
    state = bucket.state(after(4))
    assert (state.tokens, state.reserved, state.spent_today) == (470, 0, 30)


def test_a_lost_request_holds_its_tokens_until_a_later_one_is_answered() -> None:
    bucket = bucket_with(500)
    meanwhile = bucket.reserve(5, purpose="products", now=NOON)
    lost = bucket.reserve(100, purpose="products", now=after(1))
    bucket.unanswered(lost, now=after(5))
    bucket.settle(meanwhile, told(tokens_left=495, timestamp=2000), now=after(6))
    assert bucket.state(after(6)).reserved == 100
    assert bucket.needs_telling(after(6))
    bucket.sync(told(tokens_left=395, timestamp=7000), asked_at=after(7), now=after(7))
    assert (bucket.state(after(7)).reserved, bucket.state(after(7)).tokens) == (0, 395)


def test_the_reservation_of_a_worker_that_died_does_not_stay_for_ever() -> None:
    bucket = bucket_with(500)
    bucket.reserve(400, purpose="products", now=NOON)
    later = NOON + ABANDONED
    assert not bucket.needs_telling(later - timedelta(seconds=1))
    assert bucket.needs_telling(later)
    bucket.sync(told(tokens_left=500, timestamp=9000), asked_at=later, now=later)
    assert bucket.state(later).reserved == 0


def test_an_answer_after_its_reservation_was_given_up_still_counts() -> None:
    bucket = bucket_with(500)
    reservation = bucket.reserve(100, purpose="products", now=NOON)
    TokenReservation.objects.all().delete()
    bucket.settle(reservation, told(tokens_left=400, timestamp=2000, tokens_consumed=100), now=after(400))
    assert (bucket.state(after(400)).tokens, bucket.state(after(400)).spent_today) == (400, 100)


def test_a_refusal_without_bucket_state_leaves_the_balance() -> None:
    bucket = bucket_with(500)
    reservation = bucket.reserve(100, purpose="products", now=NOON)
    bucket.settle(reservation, told(tokens_left=0, refill_rate=0, timestamp=9000), now=after(1))
    assert (bucket.state(after(1)).tokens, bucket.state(after(1)).reserved) == (500, 0)


def test_a_refused_key_pays_for_nothing_and_another_key_does() -> None:
    bucket = bucket_with(500)
    bucket.block("Keepa gives this key no access (status 402).", now=NOON)
    assert bucket.affordable(NOON) == 0
    with pytest.raises(KeepaKeyRefused, match="status 402"):
        bucket.reserve(1, purpose="products", now=NOON)
    other = Bucket("another key")
    other.sync(told(tokens_left=300), asked_at=NOON, now=NOON)
    assert other.reserve(1, purpose="products", now=NOON)


def test_a_good_answer_lifts_the_block() -> None:
    bucket = bucket_with(500)
    bucket.block("Keepa gives this key no access (status 402).", now=NOON)
    bucket.sync(told(tokens_left=500, timestamp=5000), asked_at=NOON, now=NOON)
    assert bucket.reserve(1, purpose="products", now=NOON)


def test_the_row_does_not_hold_the_key() -> None:
    bucket_with(500)
    assert KEY not in str(TokenBucket.objects.values().get())


@pytest.mark.parametrize(
    ("variable", "renewed", "day"),
    [("KEEPA_DAILY_TOKENS", 12 * 3600, "2026-11-25"), ("KEEPA_MONTHLY_TOKENS", (6 * 24 + 12) * 3600, "2026-12-01")],
)
def test_a_ceiling_is_named_with_the_time_of_its_end(settings: Settings, variable: str, renewed: int, day: str) -> None:
    setattr(settings, variable, 100)
    bucket = bucket_with(500)
    TokenUse.objects.create(day=NOON.date(), tokens=80)
    bucket.reserve(15, purpose="products", now=NOON)
    assert bucket.affordable(NOON) == 5
    with pytest.raises(NotPayable, match=rf"{variable} \(100\); 80 are spent and 15 reserved.* {day}") as caught:
        bucket.reserve(6, purpose="products", now=NOON)
    assert caught.value.wait_seconds == renewed


def test_what_a_ceiling_can_never_allow_is_refused_for_good(settings: Settings) -> None:
    settings.KEEPA_DAILY_TOKENS = 40
    with pytest.raises(NotPayable, match="KEEPA_DAILY_TOKENS") as caught:
        bucket_with(500).reserve(50, purpose="bestsellers", now=NOON)
    assert caught.value.permanent


def test_the_month_counts_its_own_days_only(settings: Settings) -> None:
    settings.KEEPA_MONTHLY_TOKENS = 100
    bucket = bucket_with(500)
    TokenUse.objects.create(day=datetime(2026, 10, 31, tzinfo=UTC).date(), tokens=90)
    TokenUse.objects.create(day=datetime(2026, 11, 1, tzinfo=UTC).date(), tokens=30)
    state = bucket.state(NOON)
    assert (state.affordable, state.spent_this_month, state.spent_today) == (70, 30, 0)
