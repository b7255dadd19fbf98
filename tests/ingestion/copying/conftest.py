"""An installation with a row of nearly every kind, and empty databases to copy it into."""

import shutil
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from ingestion.databases import Entry, entry_of, known_as, patient
from tests.ingestion.copying.filled import fill


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Path:
    """A file with all tables and what migrations write."""
    file = tmp_path_factory.mktemp("migrated") / "empty.sqlite3"
    with django_db_blocker.unblock(), known_as("default", entry_of(f"sqlite:///{file}")):
        call_command("migrate", verbosity=0)
    return file


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
