"""The server cuts us off, or makes us wait: each is weather, said in a sentence, and nothing is half saved."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
from django.contrib.auth.models import User
from django.db import Error, connection, transaction
from django.test import Client
from psycopg_pool import PoolTimeout

from arbitrage_site.database import AWAY, BUSY, Trouble, trouble
from ingestion import tasks
from ingestion.eventlog.sql import SqlReader, append
from ingestion.events import ProductEnriched
from ingestion.models import DeadLetter, LogPosition
from ingestion.runner.loop import Runner
from ingestion.topics import ENRICHED
from tests.ingestion.tally import NOON, Tally, asin, create_table, event, tallied

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@contextmanager
def beside() -> Iterator["psycopg.Connection[tuple[int]]"]:
    """A second connection, which belongs to nobody's pool."""
    with closing(psycopg.connect(**connection.get_connection_params(), autocommit=True)) as opened:
        yield opened


def cut_off() -> None:
    """What a restart does to a connection: the server ends it."""
    assert connection.connection is not None
    with beside() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])


def ask() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def slow() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '20ms'")
        cursor.execute("SELECT pg_sleep(5)")


def idle() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '20ms'")
        with beside() as other:
            pid = [connection.connection.info.backend_pid]
            while other.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", pid).fetchone():
                pass
        ask()


def cut_off_and_ask() -> None:
    ask()
    cut_off()
    ask()


def ask_the_closed() -> None:
    ask()
    connection.connection.close()
    ask()


def locked_out() -> None:
    with beside() as other, other.transaction(), transaction.atomic(), connection.cursor() as cursor:
        other.execute("LOCK TABLE products_tag")
        cursor.execute("SET LOCAL lock_timeout = '20ms'")
        cursor.execute("SELECT * FROM products_tag")


@pytest.mark.parametrize(
    ("fail", "meaning"),
    [(slow, BUSY), (locked_out, BUSY), (cut_off_and_ask, AWAY), (idle, AWAY), (ask_the_closed, AWAY)],
)
def test_what_the_server_does_is_weather(fail: Callable[[], None], meaning: Trouble) -> None:
    with pytest.raises(Error) as caught:
        fail()
    connection.close()
    assert trouble(caught.value) == meaning


def test_no_connection_to_be_had_is_weather() -> None:
    with pytest.raises(Error) as caught, connection.wrap_database_errors:
        raise PoolTimeout
    assert trouble(caught.value) == AWAY


class CutOff(Tally):
    """Loses its connection in the middle of its first batch."""

    was_cut = False

    def write(self, events: "list[ProductEnriched]") -> None:  # type: ignore[override]
        super().write(events[: len(events) // 2])
        if not self.was_cut:
            self.was_cut = True
            cut_off()
        super().write(events[len(events) // 2 :])


@pytest.fixture
def _table() -> Iterator[None]:
    create_table()
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE tally")


@pytest.mark.usefixtures("_table")
def test_a_consumer_cut_off_in_a_batch_passes_it_once_all_the_same() -> None:
    append(ENRICHED, [event(number) for number in range(50)], now=NOON)
    consumer, seconds = CutOff(), iter(range(0, 10_000, 60))
    runner = Runner(consumer, SqlReader(consumer.group, consumer.topics, "a"), monotonic=lambda: next(seconds))
    assert (runner.turn(NOON), runner.stopped_because) == (0, "")
    while runner.turn(NOON):
        pass
    assert tallied() == {asin(number): 1 for number in range(50)}
    assert sum(LogPosition.objects.values_list("applied", flat=True)) == 50
    assert not DeadLetter.objects.exists()


@pytest.fixture
def signed_in() -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_user("buyer"))
    return client


def test_a_page_says_it_and_the_next_one_comes(signed_in: Client) -> None:
    cut_off()
    response = signed_in.get("/watchlist/")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert AWAY.title in response.content.decode()
    connection.close()
    assert signed_in.get("/watchlist/").status_code == 200


def test_the_api_says_it_as_a_problem(signed_in: Client) -> None:
    cut_off()
    response = signed_in.get("/api/v1/products")
    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
    assert response.json()["detail"] == str(AWAY)
    connection.close()
    assert signed_in.get("/api/v1/products").status_code == 200


def test_the_worker_says_it_in_its_log_and_polls_at_the_next_tick(caplog: pytest.LogCaptureFixture) -> None:
    ask()
    cut_off()
    tasks.poll_due()
    assert str(AWAY) in caplog.text
    assert "Traceback" not in caplog.text
    connection.close()
    caplog.clear()
    tasks.poll_due()
    assert str(AWAY) not in caplog.text
