"""The published Python client for Keepa fetches and parses what the simulator serves."""

import json
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from arbitrage_site.clock import minute_of
from tests.ingestion.simulator.asking import products
from tests.keepa_package.environment import python_of_client
from tests.simulator import KEY, frozen_simulator, running_simulator

FETCH = Path(__file__).parent / "fetch.py"
ASINS = ("B0DEMO0000", "B0DEMO0001", "B0DEMO0003")
pytestmark = [pytest.mark.keepa_package, pytest.mark.xdist_group("keepa_package"), pytest.mark.timeout(600)]
"""One worker for all: two would make the client's environment in the same folder at a time."""


@pytest.fixture(scope="module")
def fetched() -> dict[str, Any]:
    """What the client made of the simulator's answers."""
    command = [str(python_of_client(settings.VAR_DIR / "keepa-package")), str(FETCH)]
    with running_simulator() as running:
        done = subprocess.run([*command, running.url], input=KEY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.fixture(scope="module")
def served() -> dict[str, dict[str, Any]]:
    """The same products straight from the simulator."""
    found = products(frozen_simulator(), *ASINS, stats=90, rating=1, buybox=1)
    return {product["asin"]: product for product in found}


def shown(value: int) -> float | None:
    """A price as the client shows it: in whole units, and null for nothing on offer."""
    return None if value < 0 else value / 100


def test_products_are_parsed_with_their_titles_and_prices(fetched: Any, served: Any) -> None:
    assert [product["asin"] for product in fetched["products"]] == list(ASINS)
    for product in fetched["products"]:
        row = served[product["asin"]]["csv"][1]
        assert product["title"] == served[product["asin"]]["title"]
        assert product["data"]["NEW"] == [shown(value) for value in row[1::2]]


def test_times_ranks_ratings_and_the_buy_box_are_read_as_meant(fetched: Any, served: Any) -> None:
    for product in fetched["products"]:
        csv = served[product["asin"]]["csv"]
        times = [minute_of(datetime.fromisoformat(f"{moment}+00:00")) for moment in product["new_times"]]
        assert times == csv[1][::2]
        assert product["data"]["SALES"] == csv[3][1::2]
        assert product["data"]["RATING"] == pytest.approx([value / 10 for value in csv[16][1::2]])
        assert len(product["data"]["BUY_BOX_SHIPPING"]) == len(csv[18]) // 3


def test_the_average_price_of_90_days_is_read_from_the_statistics(fetched: Any, served: Any) -> None:
    for product in fetched["products"]:
        assert product["average"]["NEW"] == served[product["asin"]]["stats"]["avg90"][1] / 100


def test_typed_and_asynchronous_queries_get_the_same_products(fetched: Any) -> None:
    titles = [product["title"] for product in fetched["products"]]
    assert fetched["typed"] == fetched["async"] == titles


def test_codes_categories_and_best_sellers_are_found(fetched: Any) -> None:
    assert fetched["code"] == ["B0DEMO0001"]
    assert len(fetched["best"]) == 3
    # Three products three times, 4 tokens each with buy box and rating; one by its code, one category search, one list.
    assert fetched["tokens"] == 120_000 - 3 * 3 * 4 - 4 - 1 - 50
