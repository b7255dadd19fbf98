"""An installation with a row of nearly every kind, and empty databases to copy it into."""

import shutil
from pathlib import Path

import pytest
from django.db import connection

from ingestion.databases import Entry, entry_of, patient
from tests.ingestion.copying.filled import fill


@pytest.fixture(autouse=True)
def _other_databases(other_databases: None) -> None:
    """Every test here connects to two."""


@pytest.fixture
def empty(migrated: Path, tmp_path: Path) -> Entry:
    """A migrated database that nobody has used."""
    return entry_of(f"sqlite:///{shutil.copy(migrated, tmp_path / 'target.sqlite3')}")


@pytest.fixture
def source() -> Entry:
    """The database of the tests, filled."""
    fill()
    return patient(connection.settings_dict)
