"""What tests of moving and replaying share."""

from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from ingestion.databases import entry_of, known_as


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Path:
    """A file with all tables and what migrations write."""
    file = tmp_path_factory.mktemp("migrated") / "empty.sqlite3"
    with django_db_blocker.unblock(), known_as("default", entry_of(f"sqlite:///{file}")):
        call_command("migrate", verbosity=0)
    return file
