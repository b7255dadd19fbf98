"""A recorded answer of the live API through the whole step: the listings' history is the recorded one."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from arbitrage_site.clock import KEEPA_EPOCH_MINUTES
from ingestion.keepa.constants import SERIES_TYPES
from products.models import Listing
from products.series import BUY_BOX, KEPT, NEW, SALES, of_listing
from tests.ingestion.enrichment.consuming import consume, events
from tests.ingestion.enrichment.raw import record

pytestmark = [pytest.mark.recorded, pytest.mark.django_db]


@pytest.fixture
def answer(keepa_samples: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((keepa_samples / "product_code_de.json").read_bytes())
    return found


@pytest.fixture
def listings(answer: dict[str, Any]) -> dict[str, Listing]:
    """The recorded products, consumed as if polled at the time of the recording."""
    minute = answer["timestamp"] // 60_000 - KEEPA_EPOCH_MINUTES
    products = {product["asin"]: product for product in answer["products"]}
    consume(
        record(asin=asin, offset=offset, minute=minute, product=product)
        for offset, (asin, product) in enumerate(products.items())
    )
    return {row.product_id: row for row in Listing.objects.all()}


def test_every_recorded_point_of_a_kept_series_is_there(answer: dict[str, Any], listings: dict[str, Listing]) -> None:
    for product in answer["products"]:
        history = of_listing(listings[product["asin"]])
        recorded = {kind: product["csv"][kind] for kind in KEPT if kind < len(product["csv"]) and product["csv"][kind]}
        assert history.keys() == recorded.keys()
        for kind, numbers in recorded.items():
            assert not SERIES_TYPES[kind].triple
            assert history[kind].minutes.tolist() == numbers[::2]
            assert history[kind].values.tolist() == numbers[1::2]


def test_current_values_are_those_of_keepas_statistics(answer: dict[str, Any], listings: dict[str, Listing]) -> None:
    for product in answer["products"]:
        listing, current = listings[product["asin"]], product["stats"]["current"]
        assert (listing.new, listing.rank) == tuple(None if current[k] < 0 else current[k] for k in (NEW, SALES))
        assert (listing.reference, listing.buy_box, current[BUY_BOX]) == (listing.new, None, -1)


def test_one_event_tells_of_each_product(listings: dict[str, Listing]) -> None:
    assert sorted(event.asin for event in events()) == sorted(listings)
    assert all(msgspec.json.encode(event) for event in events())
