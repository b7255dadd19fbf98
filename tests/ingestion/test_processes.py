"""Real processes, really killed: each record has its effect exactly once."""

import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ingestion.processes import Installation

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def here(tmp_path: Path, django_db_setup: None) -> Iterator[Installation]:
    """An installation whose schema is a copy of the test database's."""
    installation = Installation(tmp_path)
    counted = "(asin text PRIMARY KEY, seen integer NOT NULL)"
    installation.copy_schema(f"CREATE TABLE tally {counted}; CREATE TABLE sent {counted};")
    yield installation
    installation.end()


def assert_exact(here: Installation, total: int) -> None:
    """What was sent was counted, each once, and positions say the same."""
    assert here.ask("SELECT asin, seen FROM tally ORDER BY asin") == here.ask(
        "SELECT asin, seen FROM sent ORDER BY asin"
    )
    assert here.counted() == here.passed() == here.number("SELECT sum(applied) FROM ingestion_logposition") == total
    assert here.number("SELECT count(*) FROM ingestion_deadletter") == 0


def test_a_consumer_killed_in_the_middle_again_and_again_counts_each_record_once(here: Installation) -> None:
    here.finish(here.start("-m", "tests.ingestion.produce", "2000"))
    for kill in range(1, 4):
        process = here.consume()
        here.wait_for(lambda: here.counted() >= 200 * kill)  # noqa: B023 - used within the iteration
        time.sleep(0.007 * kill)
        here.kill(process)
        assert here.counted() == here.passed() < 2000
    here.finish(here.consume("--until-end"))
    assert_exact(here, 2000)


def test_a_producer_killed_while_appending_leaves_no_gap(here: Installation) -> None:
    for kill in range(1, 3):
        process = here.start("-m", "tests.ingestion.produce", "1000000")
        here.wait_for(lambda: here.number("SELECT sum(seen) FROM sent") >= 300 * kill)  # noqa: B023 - as above
        here.kill(process)
    total = here.number("SELECT sum(seen) FROM sent")
    assert here.number("SELECT count(*) FROM ingestion_logrecord") == total
    assert here.number("SELECT sum(next_offset) FROM ingestion_logpartition") == total
    here.finish(here.consume("--until-end"))
    assert_exact(here, total)


def test_sigterm_ends_after_the_batch_with_the_leases_given_back(here: Installation) -> None:
    here.finish(here.start("-m", "tests.ingestion.produce", "2000"))
    process = here.consume()
    here.wait_for(lambda: here.counted() >= 100)
    process.send_signal(signal.SIGTERM)
    here.finish(process)
    assert 100 <= here.counted() == here.passed() < 2000
    assert here.number("SELECT count(*) FROM ingestion_logposition WHERE owner <> ''") == 0


def test_two_processes_share_the_work_and_one_takes_over_from_the_other(here: Installation) -> None:
    here.finish(here.start("-m", "tests.ingestion.produce", "2000"))
    first, second = here.consume(), here.consume()
    owners = "SELECT count(DISTINCT owner) FROM ingestion_logposition WHERE owner <> ''"
    here.wait_for(lambda: here.number(owners) == 2 and here.counted() >= 100)
    here.kill(first)
    here.wait_for(lambda: here.counted() == 2000)
    second.send_signal(signal.SIGTERM)
    here.finish(second)
    assert_exact(here, 2000)


@pytest.mark.sqlite
def test_a_database_locked_by_somebody_else_is_waited_for(here: Installation) -> None:
    here.finish(here.start("-m", "tests.ingestion.produce", "500"))
    process = here.consume()
    here.wait_for(lambda: here.counted() >= 50)
    locker = sqlite3.connect(here.database.file, timeout=20, isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    before = here.counted()
    time.sleep(1.0)
    assert here.counted() == before
    locker.execute("ROLLBACK")
    locker.close()
    here.wait_for(lambda: here.counted() == 500)
    process.send_signal(signal.SIGTERM)
    assert "batch is tried again" in here.finish(process)
    assert_exact(here, 500)


@pytest.mark.sqlite
def test_a_file_size_limit_hit_while_appending_loses_nothing(here: Installation) -> None:
    limit = here.database.file.stat().st_size + 400_000
    output = here.finish(here.start("-m", "tests.ingestion.produce", "200", str(limit)))
    assert "disk I/O error" in output or "database or disk is full" in output
    total = here.number("SELECT sum(seen) FROM sent")
    assert total > 200
    here.finish(here.consume("--until-end"))
    assert_exact(here, total)
