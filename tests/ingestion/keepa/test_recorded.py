"""A recorded answer of the live API, from the bytes to series and statistics."""

import json
from pathlib import Path
from typing import Any

import pytest

from arbitrage_site.clock import KEEPA_EPOCH_MINUTES
from ingestion.keepa.constants import SERIES_TYPES
from ingestion.keepa.envelope import Answer
from ingestion.keepa.histories import history_of
from ingestion.keepa.payload import KeepaProduct, Statistics, decode_product
from tests.ingestion.keepa.answers import client_saying
from tests.ingestion.keepa.statistics import Truth

pytestmark = pytest.mark.recorded
PACK_OF_TWO, SINGLE = "B008DD0KJC", "B006OITSE6"


@pytest.fixture
def body(keepa_samples: Path) -> bytes:
    return (keepa_samples / "product_code_de.json").read_bytes()


@pytest.fixture
def answer(body: bytes) -> Answer:
    return client_saying(body).codes(3, ["4004122159147"], limit=5, stats=90)


@pytest.fixture
def minute(answer: Answer) -> int:
    return answer.envelope.timestamp // 60_000 - KEEPA_EPOCH_MINUTES


def products(answer: Answer) -> dict[str, KeepaProduct]:
    return {asin: decode_product(raw) for asin, raw in answer.products.items()}


def test_one_code_gives_a_pack_of_two_and_a_single_item_for_two_tokens(answer: Answer) -> None:
    found = products(answer)
    assert (answer.envelope.tokens_consumed, answer.envelope.tokens_left) == (2, 36)
    assert {asin: product.pack_quantity for asin, product in found.items()} == {PACK_OF_TWO: 2, SINGLE: 1}
    assert found[PACK_OF_TWO].eans == found[SINGLE].eans == ["4004122159147"]


def test_fees_and_measures_are_known_for_one_and_unknown_for_the_other(answer: Answer) -> None:
    pack, single = (products(answer)[asin] for asin in (PACK_OF_TWO, SINGLE))
    assert (single.fba_fee, single.referral_rate, single.dimensions, single.weight) == (
        791, 149_800, (700, 580, 40), 2000,
    )  # fmt: skip
    assert (pack.fba_fee, pack.referral_rate, pack.dimensions, pack.weight) == (None, None, (None, None, None), None)
    assert (single.availability_amazon, pack.availability_amazon) == (3, -1)
    assert single.buy_box is pack.buy_box is None


def test_the_kept_history_is_the_recorded_one(answer: Answer, body: bytes, minute: int) -> None:
    for sent in json.loads(body)["products"]:
        history = history_of(products(answer)[sent["asin"]], latest=minute)
        recorded = {kind: csv for kind, csv in enumerate(sent["csv"]) if csv and kind in (0, 1, 3, 4, 10, 11, 16, 17)}
        assert {kind: series.minutes.tolist() for kind, series in history.items()} == {
            kind: csv[::2] for kind, csv in recorded.items()
        }
        assert {kind: series.values.tolist() for kind, series in history.items()} == {
            kind: csv[1::2] for kind, csv in recorded.items()
        }


def _truths(product: dict[str, Any], minute: int) -> dict[int, Truth]:
    return {
        kind: Truth(list(zip(csv[::2], csv[1::2], strict=True)), minute)
        for kind, csv in enumerate(product["csv"])
        if csv and SERIES_TYPES[kind].price
    }


@pytest.mark.parametrize("asin", [PACK_OF_TWO, SINGLE])
@pytest.mark.parametrize("days", [30, 90])
def test_statistics_of_price_types_follow_from_the_history(
    answer: Answer, body: bytes, minute: int, asin: str, days: int
) -> None:
    sent = next(product for product in json.loads(body)["products"] if product["asin"] == asin)
    stats = products(answer)[asin].stats
    assert isinstance(stats, Statistics)
    means, shares = getattr(stats, f"avg{days}"), getattr(stats, f"out_of_stock_percentage{days}")
    truths = _truths(sent, minute)
    assert len(truths) >= 4
    assert {kind: truth.mean(days) for kind, truth in truths.items()} == {kind: means[kind] for kind in truths}
    assert {kind: truth.out_of_stock(days, sent["trackingSince"]) for kind, truth in truths.items()} == {
        kind: shares[kind] for kind in truths
    }
