"""Databases that replays make, removed again."""

import shutil
from collections.abc import Iterator

import pytest
from django.db import connection

from ingestion.databases import is_server
from ingestion.replay.places import place_of


@pytest.fixture(autouse=True)
def _removed(other_databases: None) -> Iterator[None]:
    """The place called `test` is gone before and after."""
    _remove()
    yield
    _remove()


def _remove() -> None:
    place = place_of("test")
    shutil.rmtree(place.folder, ignore_errors=True)
    if is_server(place.entry):
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{place.entry["NAME"]}"')
