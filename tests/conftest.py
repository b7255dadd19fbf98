"""What every test may use."""

import os
from pathlib import Path

import pytest

from arbitrage_site.limits import rules

SAMPLES = "KEEPA_SAMPLES"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    """What one test counts is not another's."""
    rules.start_afresh()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without the folder of recorded answers, leave out the tests that read it; with it they run or fail."""
    if os.environ.get(SAMPLES):
        return
    recorded = [item for item in items if item.get_closest_marker("recorded")]
    if recorded:
        config.hook.pytest_deselected(items=recorded)
        items[:] = [item for item in items if item not in recorded]


@pytest.fixture(scope="session")
def keepa_samples() -> Path:
    """The folder of recorded Keepa answers."""
    return Path(os.environ[SAMPLES])
