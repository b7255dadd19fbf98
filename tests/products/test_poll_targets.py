"""Leases of poll targets, and the database's order against the planner's."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from arbitrage_site.clock import minute_of
from ingestion.planner import OLDEST, Target, place
from products import poll_targets, services
from products.models import PollTarget, Watch

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def _asins(count: int) -> list[str]:
    return [f"B0{number:08d}" for number in range(count)]


def test_a_new_watch_is_due_at_once_on_its_marketplaces() -> None:
    services.watch(_asins(1), origin=Watch.Origin.PAGE, now=NOW, marketplaces=["DE", "IT"])

    assert sorted(row.marketplace for row in poll_targets.due(NOW, oldest=OLDEST)) == ["DE", "IT"]


def test_a_leased_target_is_not_given_to_a_second_worker() -> None:
    services.watch(_asins(3), origin=Watch.Origin.PAGE, now=NOW)
    ids = list(PollTarget.objects.values_list("id", flat=True))
    mine = poll_targets.lease(ids[:10], token="one", now=NOW)

    theirs = poll_targets.lease(ids, token="two", now=NOW)

    assert mine == set(ids[:10])
    assert theirs == set(ids[10:])
    assert not poll_targets.due(NOW, oldest=OLDEST).exists()


def test_a_lease_of_a_dead_worker_runs_out() -> None:
    services.watch(_asins(1), origin=Watch.Origin.PAGE, now=NOW)
    ids = list(PollTarget.objects.values_list("id", flat=True))
    poll_targets.lease(ids, token="dead", now=NOW)

    later = NOW + poll_targets.LEASE + timedelta(seconds=1)

    assert poll_targets.lease(ids, token="alive", now=later) == set(ids)


def test_a_paused_watch_is_never_due() -> None:
    services.watch(_asins(1), origin=Watch.Origin.PAGE, now=NOW)
    Watch.objects.update(paused=True)

    assert not poll_targets.due(NOW, oldest=OLDEST).exists()


def test_the_database_orders_as_the_planner_does() -> None:
    dice = random.Random(7)  # noqa: S311 - repeatable, guards nothing
    services.watch(_asins(40), origin=Watch.Origin.PAGE, now=NOW)
    rows = list(PollTarget.objects.all())
    for row in rows:
        row.heat = dice.choice([0, 1, 2])
        row.pace = dice.uniform(0.05, 6)
        row.source_minute = dice.choice([None, minute_of(NOW) - dice.randrange(61, 900)])
    PollTarget.objects.bulk_update(rows, ["heat", "pace", "source_minute"])

    ordered = [place(_target(row), minute_of(NOW)) for row in poll_targets.due(NOW, oldest=OLDEST)]

    assert len(ordered) == 200
    assert ordered == sorted(ordered)


def _target(row: PollTarget) -> Target:
    return Target(row.id, row.product_id, row.marketplace, row.heat, row.pace, row.source_minute, False, None, None)
