"""A backup of the SQLite file, taken while work goes on: after the restore nothing is lost and nothing done twice."""

import sqlite3
from pathlib import Path

import pytest

from ingestion.databases import Entry, entry_of, known_as
from ingestion.eventlog.reading import current_epoch
from ingestion.eventlog.recreate import recreate
from ingestion.eventlog.sql import append
from ingestion.topics import RAW
from tests.factories import NOON
from tests.ingestion.test_conservation import consume, load, proof, update

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("copying"),
]


def back_up(database: Path, file: Path) -> None:
    """As docs/moving.md says."""
    connection = sqlite3.connect(database)
    connection.execute("VACUUM INTO ?", [str(file)])
    connection.close()


def test_a_restored_file_goes_on_from_the_moment_of_its_backup(empty: Entry, tmp_path: Path) -> None:
    backup = tmp_path / "backup.sqlite3"
    with known_as("default", empty):
        load()
        append(RAW, [update("B0CONS0001", step=5), update("B0CONS0002", step=5)], now=NOON)
        back_up(Path(empty["NAME"]), backup)
        append(RAW, [update("B0CONS0003", step=6)], now=NOON)
        consume()

    with known_as("default", entry_of(f"sqlite:///{backup}")):
        assert recreate().lost == []
        assert current_epoch() == 2
        consume()
        assert "47 in their listing, 0 set aside, 0 missing" in proof()
        append(RAW, [update("B0CONS0003", step=6)], now=NOON)
        consume()
        assert "48 in their listing, 0 set aside, 0 missing" in proof()
