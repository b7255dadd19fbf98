"""When a flip opens, improves and closes, and what is told of it."""

from datetime import timedelta
from typing import Any

import pytest

from arbitrage.models import Opportunity, SellerProfile
from arbitrage_site.clock import minute_of
from products.models import Product
from tests.arbitrage.detection.detecting import ASIN, change, detect, events, priced, recompute, record, states
from tests.factories import NOON

pytestmark = pytest.mark.django_db


def test_a_flip_that_earns_enough_opens_with_the_numbers_of_the_vectors(flip: Product) -> None:
    detect()
    row = Opportunity.objects.get()
    assert (row.source, row.target, row.state) == ("IT", "DE", "open")
    assert (row.net, row.net_eur, row.roi, row.margin, row.fees) == (936, 936, 2203, 1392, 1538)
    assert (row.max_buy, row.break_even, row.net_without_refund) == (5087, 6644, 35)
    assert (row.peak_net_eur, row.event_net_eur, row.opened_at) == (936, 936, NOON)


def test_opening_is_told_once_with_a_score_and_the_time_of_keepas_answer(flip: Product) -> None:
    detect()
    [event] = events()
    row = Opportunity.objects.get()
    assert (event.state, event.asin, event.opportunity_id) == ("opened", ASIN, row.pk)
    assert (event.score, event.numbers.net_eur, event.fetched_at) == (row.score, 936, NOON)
    assert sum(part["points"] for part in row.score_parts) == row.score >= 70


def test_the_same_again_writes_no_event_and_moves_only_the_time(flip: Product) -> None:
    detect()
    later = NOON + timedelta(minutes=5)
    detect(now=later)
    assert states() == ["opened"]
    assert Opportunity.objects.get().evaluated_at == later


def test_repeating_a_record_gives_the_same_ids(flip: Product) -> None:
    detect(record(offset=7))
    first = [(event.event_id, event.opportunity_id) for event in events()]
    Opportunity.objects.all().delete()
    detect(record(offset=7))
    assert [(event.event_id, event.opportunity_id) for event in events()] == first * 2


def test_too_little_profit_opens_nothing(flip: Product) -> None:
    change("IT", **priced(6500))
    detect()
    assert not Opportunity.objects.exists()


def test_the_conservative_price_decides_and_not_the_spike_of_the_day(flip: Product) -> None:
    change("DE", p25_30=6000)
    detect()
    assert not Opportunity.objects.exists()


@pytest.mark.parametrize(
    ("marketplace", "values", "reason"),
    [
        ("IT", priced(6500), "source_rose"),
        ("DE", priced(6500), "target_fell"),
        ("IT", {"new": None, "amazon": None}, "out_of_stock"),
        ("DE", {"buy_box": None}, "out_of_stock"),
        ("DE", {"fba_fee": None}, "incomplete"),
        ("DE", {"source_minute": 1}, "stale"),
        ("DE", {"fba_fee": 1400}, "profile"),
    ],
)
def test_it_closes_and_says_why(flip: Product, marketplace: str, values: dict[str, Any], reason: str) -> None:
    detect()
    change(marketplace, **values)
    detect(now=NOON + timedelta(minutes=1))
    row = Opportunity.objects.get()
    assert (row.state, row.close_reason, row.closed_at) == ("closed", reason, NOON + timedelta(minutes=1))
    assert [(event.state, event.reason) for event in events()][-1] == ("closed", reason)
    assert row.net == 936, "a closed row keeps the figures of the last time it held"


def test_it_closes_with_the_profile_that_asks_for_more(flip: Product, profile: SellerProfile) -> None:
    detect()
    SellerProfile.objects.update(min_roi=4000)
    recompute()
    assert Opportunity.objects.get().close_reason == "profile"


def test_it_closes_with_a_profile_that_is_disabled(flip: Product) -> None:
    detect()
    SellerProfile.objects.update(enabled=False)
    recompute()
    assert Opportunity.objects.get().close_reason == "profile"


def test_a_return_within_six_hours_continues_the_row(flip: Product) -> None:
    detect()
    change("DE", buy_box=None)
    detect(now=NOON + timedelta(hours=1))
    change("DE", **priced(7999))
    detect(now=NOON + timedelta(hours=6))
    row = Opportunity.objects.get()
    assert (row.state, row.closed_at, row.close_reason, row.opened_at) == ("open", None, "", NOON)
    assert states() == ["opened", "closed", "reopened"]


def test_a_later_return_is_a_new_opportunity(flip: Product) -> None:
    detect()
    change("DE", buy_box=None)
    detect(now=NOON + timedelta(hours=1))
    change("DE", **priced(7999))
    detect(record(offset=9), now=NOON + timedelta(hours=7, minutes=1))
    assert Opportunity.objects.filter(state="closed").count() == 1
    assert states() == ["opened", "closed", "opened"]


def test_a_better_price_improves_it_and_moves_the_peak(flip: Product) -> None:
    detect()
    change("IT", **priced(4500))
    detect(now=NOON + timedelta(minutes=1))
    change("IT", **priced(4999))
    detect(now=NOON + timedelta(minutes=2))
    row = Opportunity.objects.get()
    assert states() == ["opened", "improved", "worsened"]
    assert (row.peak_net_eur, row.net_eur, row.peak_at) == (1345, 936, NOON + timedelta(minutes=1))


def test_a_small_move_is_stored_without_an_event(flip: Product) -> None:
    detect()
    change("IT", new=4990, buy_box=4990)
    detect(now=NOON + timedelta(minutes=1))
    row = Opportunity.objects.get()
    assert (row.buy_price, row.net, row.event_net_eur, states()) == (4990, 944, 936, ["opened"])


def test_a_new_target_of_the_profile_moves_the_most_one_may_pay(flip: Product) -> None:
    detect()
    SellerProfile.objects.update(target_roi=3000)
    recompute()
    assert (Opportunity.objects.get().max_buy, states()) == (4681, ["opened"])


@pytest.mark.parametrize(("minutes", "opened"), [(24 * 60, 1), (24 * 60 + 1, 0)])
def test_a_leg_is_stale_when_older_than_24_hours(flip: Product, minutes: int, opened: int) -> None:
    change("IT", source_minute=minute_of(NOON) - minutes)
    detect()
    assert Opportunity.objects.count() == opened
