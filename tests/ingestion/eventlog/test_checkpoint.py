"""The write-ahead log of SQLite is cut every two seconds, and nobody waits for it."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from ingestion.eventlog.checkpoint import Checkpoint
from tests.contracts.event_log import NOON

pytestmark = pytest.mark.sqlite


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "facts.sqlite3"
    monkeypatch.setitem(connection.settings_dict, "NAME", str(path))
    return path


def test_the_log_is_cut_when_two_seconds_have_passed(database: Path) -> None:
    log = Path(f"{database}-wal")
    writer = sqlite3.connect(database)
    writer.execute("PRAGMA journal_mode=WAL")
    checkpoint = Checkpoint()
    checkpoint(NOON)
    writer.execute("CREATE TABLE t AS SELECT 1")
    writer.commit()
    checkpoint(NOON + timedelta(seconds=1))
    assert log.stat().st_size > 0
    checkpoint(NOON + timedelta(seconds=2))
    assert log.stat().st_size == 0
    writer.close()
    checkpoint.close()


def test_a_writer_at_work_is_not_waited_for(database: Path) -> None:
    writer = sqlite3.connect(database, isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("BEGIN IMMEDIATE")
    checkpoint = Checkpoint()
    checkpoint(NOON)
    writer.execute("CREATE TABLE t AS SELECT 1")
    writer.execute("COMMIT")
    writer.close()
    checkpoint.close()
