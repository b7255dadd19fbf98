"""What of an opportunity's row is an end, and what is only going out of sight."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arbitrage.models import Opportunity
from arbitrage.survival.kaplan_meier import Lifetime
from arbitrage.survival.lifetimes import By, Group, Seen, lifetime, seen_lifetimes
from arbitrage.survival.table import FEWEST, horizons, survival_rows
from tests import factories
from tests.factories import NOON

Reason = Opportunity.CloseReason


@pytest.mark.parametrize("reason", [Reason.SOURCE_ROSE, Reason.TARGET_FELL, Reason.OUT_OF_STOCK])
def test_the_market_ends_an_opportunity(reason: str) -> None:
    assert lifetime(NOON, NOON + timedelta(hours=2), reason, NOON) == Lifetime(120, ended=True)


@pytest.mark.parametrize("reason", [Reason.INCOMPLETE, Reason.PROFILE])
def test_a_missing_input_or_an_edited_profile_only_hides_it(reason: str) -> None:
    assert lifetime(NOON, NOON + timedelta(hours=2), reason, NOON) == Lifetime(120, ended=False)


def test_a_stale_one_was_last_seen_a_day_before_it_closed() -> None:
    assert lifetime(NOON, NOON + timedelta(hours=30), Reason.STALE, NOON) == Lifetime(360, ended=False)
    assert lifetime(NOON, NOON + timedelta(hours=3), Reason.STALE, NOON) == Lifetime(0, ended=False)


def test_an_open_one_was_last_seen_when_it_was_evaluated() -> None:
    assert lifetime(NOON, None, "", NOON + timedelta(hours=1)) == Lifetime(60, ended=False)


@pytest.mark.django_db
def test_lifetimes_are_read_in_one_query_and_only_of_the_default_profile() -> None:
    product = factories.product(category="Toys")
    factories.opportunity(product, opened_at=NOON - timedelta(hours=3))
    factories.opportunity(product, "IT", "FR", profile=factories.profile("other", is_default=False))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        seen = list(seen_lifetimes(NOON))

    assert seen == [Seen(Group("IT", "DE", "Toys"), Lifetime(180, ended=False))]
    assert len(queries) == 1


@pytest.mark.django_db
def test_what_opened_more_than_a_year_ago_is_left_out() -> None:
    factories.opportunity(factories.product(), opened_at=NOON - timedelta(days=366))

    assert list(seen_lifetimes(NOON)) == []


def many(count: int, *, minutes: int = 120, ended: bool = True, source: str = "IT") -> list[Seen]:
    return [Seen(Group(source, "DE", "Toys"), Lifetime(minutes, ended))] * count


def test_few_lifetimes_say_that_there_is_too_little_data() -> None:
    everything, group = survival_rows(many(FEWEST - 1), NOON.date(), By.PAIR)

    assert (everything.count, group.count) == (19, 19)
    assert "too little data: 19 of the 20" in group.note
    assert {reading.share for reading in group.readings} == {None}


def test_enough_lifetimes_are_read_at_each_time() -> None:
    seen = many(15) + many(15, minutes=100_000, ended=False)

    row = survival_rows(seen, NOON.date(), By.BOTH)[1]

    assert row.group == Group("IT", "DE", "Toys")
    assert [reading.share for reading in row.readings] == [10_000, 5_000, 5_000, 5_000, 5_000]
    assert [reading.at_risk for reading in row.readings] == [30, 15, 15, 15, 15]
    assert (row.ended, row.censored, row.median) == (15, 15, 120)


def test_past_what_was_seen_a_time_says_too_little_data() -> None:
    row = survival_rows(many(40, ended=False), NOON.date(), By.PAIR)[0]

    assert [reading.note for reading in row.readings] == ["", *["too little data"] * 4]


def test_groups_follow_the_question_and_the_largest_comes_first() -> None:
    seen = many(3) + many(5, source="ES")

    assert [row.group for row in survival_rows(seen, NOON.date(), By.PAIR)[1:]] == [
        Group("ES", "DE"),
        Group("IT", "DE"),
    ]
    assert [row.group for row in survival_rows(seen, NOON.date(), By.CATEGORY)[1:]] == [Group(category="Toys")]


def test_goods_arrive_later_in_the_peak_season() -> None:
    assert horizons(NOON.date())[-1].minutes == 28 * 1440
    assert horizons((NOON + timedelta(days=90)).date())[-1].minutes == 14 * 1440
