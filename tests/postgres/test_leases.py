"""Two who take work at once take different work, and neither waits for the other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from ingestion.eventlog import holdings
from ingestion.models import RelayPosition
from products import poll_targets, services
from products.models import PollTarget, Watch

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def ids() -> list[int]:
    services.watch([f"B0{number:08d}" for number in range(20)], origin=Watch.Origin.PAGE, now=NOW)
    return list(PollTarget.objects.order_by("id").values_list("id", flat=True))


def lease_at_once(ids: list[int]) -> set[int]:
    """As another process does: over a connection of its own, with no patience at all."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1ms'")
            return poll_targets.lease(ids, token="two", now=NOW)
    finally:
        connection.close()


def elsewhere(ids: list[int]) -> set[int]:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lease_at_once, ids).result(timeout=10)


def test_a_poller_takes_what_another_is_not_taking_at_this_moment(ids: list[int]) -> None:
    with transaction.atomic():
        mine = poll_targets.lease(ids[:60], token="one", now=NOW)
        theirs = elsewhere(ids)
    assert (mine, theirs) == (set(ids[:60]), set(ids[60:]))


def test_what_the_planner_warms_meanwhile_is_left_for_the_next_look(ids: list[int]) -> None:
    heats = {("B000000000", "DE"): PollTarget.Heat.OPEN.value}
    with transaction.atomic():
        services.set_heat(heats, now=NOW, at_most=poll_targets.LEASE)
        locked = set(PollTarget.objects.filter(product_id="B000000000").values_list("id", flat=True))
        assert elsewhere(ids) == set(ids) - locked
    assert poll_targets.lease(ids, token="one", now=NOW) == locked


def take_at_once(owner: str) -> set[int]:
    """As another relay does: over a connection of its own, with no patience at all."""
    rows = RelayPosition.objects.filter(cluster="c")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1ms'")
            holdings.take(rows, owner, NOW)
        return set(rows.filter(owner=owner).values_list("partition", flat=True))
    finally:
        connection.close()


def test_a_member_takes_the_partitions_that_another_is_not_taking_at_this_moment() -> None:
    RelayPosition.objects.bulk_create([RelayPosition(cluster="c", topic="t", partition=number) for number in range(6)])
    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        holdings.take(RelayPosition.objects.filter(cluster="c", partition__lt=4), "one", NOW)
        assert pool.submit(take_at_once, "two").result(timeout=10) == {4, 5}
