"""Peculiar products at known ASINs (keepa.md 14, point 6)."""

import pytest

from ingestion.simulator import oddities
from ingestion.simulator.app import Simulator
from ingestion.simulator.catalogue import ONLY_GERMANY
from tests.ingestion.simulator.asking import products
from tests.simulator import START_MINUTE, frozen_simulator


@pytest.fixture
def simulator() -> Simulator:
    return frozen_simulator()


def test_a_product_sold_in_germany_alone(simulator: Simulator) -> None:
    assert [products(simulator, ONLY_GERMANY, domain=domain)[0]["productType"] for domain in (3, 4, 8)] == [0, 4, 4]


def test_a_product_whose_histories_were_never_collected(simulator: Simulator) -> None:
    (product,) = products(simulator, oddities.NEVER_COLLECTED, stats=90, buybox=1, rating=1)
    assert product["csv"] == [None] * 36
    assert set(product["stats"]["current"]) == {-1}


def test_a_glitch_stands_in_csv_but_not_in_the_statistics(simulator: Simulator) -> None:
    (product,) = products(simulator, oddities.GLITCH, stats=365)
    assert oddities.GLITCH_PRICE in product["csv"][1]
    assert product["stats"]["max"][1][1] < oddities.GLITCH_PRICE / 10


def test_the_end_of_a_running_lightning_deal_lies_in_the_future(simulator: Simulator) -> None:
    simulator.clock.advance(minutes=oddities.DEAL_EVERY - START_MINUTE % oddities.DEAL_EVERY + 60)
    (product,) = products(simulator, oddities.LIGHTNING, stats=30, update=0)
    *_, start, price, end, nothing = product["csv"][8]
    assert (start < product["lastUpdate"] < end, nothing) == (True, -1)
    assert product["stats"]["current"][8] == price


def test_a_variation_parent_has_variations_and_no_offers(simulator: Simulator) -> None:
    parent, child = products(simulator, oddities.VARIATION_PARENT, oddities.VARIATION_CHILDREN[0])
    assert (parent["productType"], child["parentAsin"]) == (5, oddities.VARIATION_PARENT)
    assert [entry["asin"] for entry in parent["variations"]] == list(oddities.VARIATION_CHILDREN)


def test_unknown_shipping_counts_as_none(simulator: Simulator) -> None:
    (product,) = products(simulator, oddities.UNKNOWN_SHIPPING, stats=30, buybox=1)
    row = product["csv"][18]
    assert set(row[2::3]) == {-1}
    assert product["stats"]["current"][18] == row[-2]


def test_missing_code_rank_and_category(simulator: Simulator) -> None:
    asins = oddities.WITHOUT_EAN, oddities.WITHOUT_RANK, oddities.UNKNOWN_ROOT
    code, rank, root = products(simulator, *asins)
    assert code["eanList"] is None
    assert (rank["csv"][3][1:], rank["salesRankReference"]) == ([-1], -1)
    assert root["rootCategory"] == 2**63 - 1


def test_hostile_and_foreign_titles_pass_unchanged(simulator: Simulator) -> None:
    hostile, foreign = products(simulator, oddities.HOSTILE_TITLE, oddities.FOREIGN_LETTERS)
    assert len(hostile["title"]) > 5_000
    assert "<script>" in hostile["title"]
    assert "日本語" in foreign["title"]
