"""The one row under workers that really run at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from ingestion.errors import NotPayable
from ingestion.keepa.bucket import Bucket
from tests.ingestion.keepa.answers import KEY, told

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def try_to_reserve(tokens: int) -> bool:
    """Whether a worker with a connection of its own got the tokens."""
    try:
        Bucket(KEY).reserve(tokens, purpose="products", now=NOON)
    except NotPayable:
        return False
    finally:
        connection.close()
    return True


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_workers_at_once_never_reserve_more_than_is_free() -> None:
    Bucket(KEY).sync(told(tokens_left=500), asked_at=NOON, now=NOON)
    with ThreadPoolExecutor(6) as workers:
        got = list(workers.map(try_to_reserve, [100] * 12))
    assert got.count(True) == 4
    assert Bucket(KEY).state(NOON).reserved == 400


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_first_two_workers_of_a_key_make_one_row() -> None:
    with ThreadPoolExecutor(4) as workers:
        assert list(workers.map(try_to_reserve, [1] * 4)) == [False] * 4
    assert not Bucket(KEY).state(NOON).is_known
