"""From one machine to the servers and back, backups of PostgreSQL, and replays beside a search index."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from elasticsearch import Elasticsearch
from pytest_django.fixtures import Settings

from arbitrage_site import clock
from ingestion.copying.moving import copy
from ingestion.databases import Entry, entry_of, known_as, patient
from ingestion.errors import ConsumerStopped
from ingestion.eventlog.kafka import KafkaReader
from ingestion.eventlog.reading import current_epoch
from ingestion.eventlog.recreate import recreate
from ingestion.eventlog.relay import Relay
from ingestion.eventlog.sql import append
from ingestion.replay.places import place_of
from ingestion.topics import ENRICHMENT, RAW
from tests.contracts.event_log import eventually
from tests.factories import NOON
from tests.ingestion.copying.addresses import address
from tests.ingestion.copying.filled import fill
from tests.ingestion.test_conservation import consume, load, proof, update
from tests.services.broker import own_topics

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("other_databases"),
    pytest.mark.xdist_group("moving"),
]


@contextmanager
def database(word: str) -> Iterator[Entry]:
    """An empty PostgreSQL database beside that of the tests."""
    entry = patient({**connection.settings_dict, "NAME": f"{connection.settings_dict['NAME']}_{word}"})
    _run_sql(f'DROP DATABASE IF EXISTS "{entry["NAME"]}"', f'CREATE DATABASE "{entry["NAME"]}"')
    yield entry
    _run_sql(f'DROP DATABASE "{entry["NAME"]}"')


def _run_sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def pg(program: str, *arguments: str) -> None:
    """A program of PostgreSQL, which need not be on PATH."""
    folder = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
    found = shutil.which(program) or str(Path(folder) / program)
    subprocess.run([found, *arguments], check=True, capture_output=True)


@pytest.fixture
def without_index(settings: Settings) -> None:
    """Databases come and go here, and the one search index does not know of it."""
    settings.ELASTICSEARCH_URL = ""
    settings.CONSERVATION_CHECKS = ["arbitrage.conservation.check"]


def move(source: Entry, target: Entry) -> None:
    assert all(one.is_equal for one in copy(source, target, now=clock.now(), say=lambda _: None).copied)


@pytest.mark.usefixtures("without_index")
def test_sqlite_to_postgresql_and_back_is_equal_and_goes_on(tmp_path: Path) -> None:
    first, last = (entry_of(f"sqlite:///{tmp_path / name}") for name in ("first.sqlite3", "last.sqlite3"))
    with known_as("default", first):
        call_command("migrate", verbosity=0)
        fill()
    with database("moved") as middle:
        move(first, middle)
        with known_as("default", middle):
            append(RAW, [update("B0CONS0001", step=9)], now=NOON)
            consume()
            assert "46 in their listing, 1 set aside, 0 missing" in proof()
        move(middle, last)
    with known_as("default", last):
        assert current_epoch() == 3
        append(RAW, [update("B0CONS0002", step=9)], now=NOON)
        consume()
        assert "47 in their listing, 1 set aside, 0 missing" in proof()


@contextmanager
def restored(dump: Path) -> Iterator[None]:
    """For the block, the database is what was restored from a dump."""
    with database("restored") as entry:
        pg("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={address(entry)}", str(dump))
        with known_as("default", entry):
            yield


def back_up(dump: Path) -> None:
    pg("pg_dump", "--format=custom", f"--file={dump}", f"--dbname={address(connection.settings_dict)}")


@pytest.mark.usefixtures("without_index")
def test_a_restored_dump_goes_on_from_the_moment_of_its_backup(tmp_path: Path) -> None:
    load()
    append(RAW, [update("B0CONS0001", step=5), update("B0CONS0002", step=5)], now=NOON)
    back_up(tmp_path / "dump")
    append(RAW, [update("B0CONS0003", step=6)], now=NOON)
    consume()
    with restored(tmp_path / "dump"):
        assert recreate().lost == []
        consume()
        assert "47 in their listing, 0 set aside, 0 missing" in proof()
        append(RAW, [update("B0CONS0003", step=6)], now=NOON)
        consume()
        assert "48 in their listing, 0 set aside, 0 missing" in proof()


def carry() -> None:
    relay = Relay("relay", topics=[RAW])
    while relay.turn(clock.now()) or relay.behind():
        pass
    relay.close()


def test_a_restore_whose_recreate_was_forgotten_stops_consumers_with_a_sentence(tmp_path: Path) -> None:
    with own_topics([RAW]):
        append(RAW, [update("B0CONS0001", step=step) for step in range(2)], now=NOON)
        back_up(tmp_path / "dump")
        append(RAW, [update("B0CONS0001", step=step) for step in range(2, 4)], now=NOON)
        carry()
        with restored(tmp_path / "dump"):
            with (
                closing(KafkaReader(ENRICHMENT, [RAW], "a")) as reader,
                pytest.raises(ConsumerStopped, match=r"older than the log: run `manage.py topics recreate --yes`"),
            ):
                eventually(lambda: len(reader.poll(10, clock.now())) > 4)
            recreate()
            carry()
            with closing(KafkaReader(ENRICHMENT, [RAW], "b")) as reader:
                eventually(lambda: [record.offset for record in reader.poll(10, clock.now())] == [0, 1])


def test_a_replay_has_a_search_index_of_its_own() -> None:
    load()
    place = place_of("mine")
    out = StringIO()
    call_command("replay", into="mine", stdout=out)
    assert "15 can be compared: 15 equal" in out.getvalue()
    with Elasticsearch(settings.ELASTICSEARCH_URL) as client:
        prefix = f"{settings.ELASTICSEARCH_INDEX_PREFIX}mine-*"
        assert client.count(index=prefix)["count"] == 5
    shutil.rmtree(place.folder)
    _run_sql(f'DROP DATABASE "{place.entry["NAME"]}"')
