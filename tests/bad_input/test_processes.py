"""Real processes between Keepa and the database, killed, locked out or out of room: no trace shown, nothing lost."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from arbitrage_site.database import BUSY, FULL
from ingestion.simulator.app import Simulator
from ingestion.simulator.catalogue import demo_asins
from ingestion.simulator.server import serve_in_thread
from tests.bad_input.wire import Wire
from tests.ingestion.processes import Installation
from tests.simulator import KEY

LISTINGS = 100
pytestmark = pytest.mark.processes


@pytest.fixture
def wire() -> Wire:
    return Wire(Simulator(key=KEY, rate=2_000))


@pytest.fixture
def here(tmp_path: Path, wire: Wire, django_db_setup: None) -> Iterator[Installation]:
    """An installation that watches twenty products on five marketplaces."""
    with serve_in_thread(wire) as address:
        more = {"SIMULATED_KEEPA": address, "ASIN_WATCHLIST": ",".join(demo_asins(LISTINGS // 5))}
        installation = Installation(tmp_path, settings="tests.bad_input.process_settings", **more)
        installation.copy_schema()
        yield installation
        installation.end()


def assert_all_arrives(here: Installation, polled: int) -> None:
    """What was not polled yet comes when its leases have run out; then every record is passed, and none twice."""
    here.database.run("UPDATE products_polltarget SET lease_until = '2020-01-01' WHERE lease <> ''")
    assert f"{LISTINGS - polled} listings" in here.finish(here.start("manage.py", "poll"))
    assert "Traceback" not in here.finish(here.consume("--until-end"))
    assert here.number("SELECT count(*) FROM products_listing") == LISTINGS
    assert here.number("SELECT sum(next_offset) FROM ingestion_logpartition WHERE topic LIKE 'raw%'") == LISTINGS


def test_killed_while_keepa_answers_and_while_records_are_passed(here: Installation, wire: Wire) -> None:
    wire.simulator.faults.plan("slow", seconds=60)
    poller = here.start("manage.py", "poll")
    here.wait_for(lambda: "/product" in wire.paths)
    here.kill(poller)
    assert here.number("SELECT count(*) FROM products_polltarget WHERE lease <> ''") == LISTINGS // 5

    assert "80 listings" in here.finish(here.start("manage.py", "poll"))
    consumers = here.consume()
    here.wait_for(lambda: here.number("SELECT count(*) FROM products_listing") > 0)
    here.kill(consumers)

    assert_all_arrives(here, polled=80)
    assert "Clean." in here.finish(here.start("manage.py", "conservation"))


@pytest.mark.sqlite
def test_a_file_that_may_not_grow_is_said_plainly_and_what_was_paid_for_comes_again(
    here: Installation, wire: Wire
) -> None:
    output = here.finish(here.start("manage.py", "poll", largest_file=200_000), code=1)

    assert "/product" in wire.paths
    assert str(FULL) in output
    assert "Traceback" not in output
    assert_all_arrives(here, polled=here.number("SELECT count(*) FROM ingestion_logrecord"))


@pytest.mark.sqlite
def test_a_database_locked_by_somebody_else_is_said_plainly(here: Installation) -> None:
    other = sqlite3.connect(here.database.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    output = here.finish(here.start("manage.py", "poll"), code=1)
    other.execute("ROLLBACK")
    other.close()

    assert str(BUSY) in output
    assert "Traceback" not in output
    assert "100 listings" in here.finish(here.start("manage.py", "poll"))
