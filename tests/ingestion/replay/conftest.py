"""Databases that replays make, removed again."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from ingestion.databases import is_server
from ingestion.replay.places import place_of


@pytest.fixture(autouse=True)
def _removed(other_databases: None, migrated: Path) -> Iterator[None]:
    """The place called `test` is gone before and after; a file is given, so that not every test has to migrate one."""
    _remove()
    place = place_of("test")
    if not is_server(place.entry):
        place.folder.mkdir()
        shutil.copy(migrated, place.entry["NAME"])
    yield
    _remove()


def _remove() -> None:
    place = place_of("test")
    shutil.rmtree(place.folder, ignore_errors=True)
    if is_server(place.entry):
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{place.entry["NAME"]}"')
