"""What every test may use."""

import os
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django.plugin import DjangoDbBlocker

from arbitrage_site.limits import rules
from tests import flushing

SAMPLES = "KEEPA_SAMPLES"

flushing.install()
# The same examples in every run; `--hypothesis-profile=default` looks for new ones.
hypothesis.settings.register_profile("repeatable", derandomize=True)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    """What one test counts or caches is not another's."""
    rules.start_afresh()
    cache.clear()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot be there: recorded answers without their folder, SQLite's file on PostgreSQL.

    A test that was not left out runs or fails; nothing is skipped.
    """
    absent = [*([] if os.environ.get(SAMPLES) else ["recorded"]), *(["sqlite"] if settings.DATABASE_URL else [])]
    left_out = [item for item in items if any(item.get_closest_marker(marker) for marker in absent)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture
def other_databases(
    transactional_db: None, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connect to any database: Django lets a test connect only to those that were in the settings when it began."""
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", django_db_blocker._real_ensure_connection)


@pytest.fixture(scope="session")
def keepa_samples() -> Path:
    """The folder of recorded Keepa answers."""
    return Path(os.environ[SAMPLES])
