"""What the simulated Keepa answers: envelope, key, statuses, endpoints, costs (keepa.md 2 to 7)."""

from typing import Any

import pytest

from ingestion.simulator.app import Simulator
from ingestion.simulator.catalogue import demo_asins, item
from ingestion.simulator.clock import ms_of_minute
from ingestion.simulator.product_object import root_category
from tests.ingestion.simulator.asking import ask, products
from tests.simulator import START_MINUTE, frozen_simulator

ENVELOPE = {
    "timestamp", "tokensLeft", "refillIn", "refillRate", "tokenFlowReduction", "tokensConsumed", "processingTimeInMs",
}  # fmt: skip
A, B = demo_asins(2)
GONE = "B0GONE0001"


@pytest.fixture
def simulator() -> Simulator:
    return frozen_simulator(rate=100, catalogue_size=500)


@pytest.mark.parametrize("path", ["/token", "/token/", "/product/"])
def test_every_answer_has_the_envelope_with_or_without_a_trailing_slash(simulator: Simulator, path: str) -> None:
    content = ask(simulator, path, domain=3, asin=A).content
    assert set(content) >= ENVELOPE
    assert content["timestamp"] == ms_of_minute(START_MINUTE)
    assert (content["refillIn"], content["refillRate"]) == (60_000, 100)


def test_a_key_of_the_wrong_length_is_a_bad_request_with_zeros(simulator: Simulator) -> None:
    reply = ask(simulator, "/token", key="short")
    assert reply.status == 400
    assert reply.content["error"]["type"] == "invalidParameter"
    assert {reply.content[name] for name in ("tokensLeft", "refillIn", "refillRate", "tokensConsumed")} == {0}


def test_an_unknown_key_has_to_pay(simulator: Simulator) -> None:
    reply = ask(simulator, "/product", key="x" * 64, domain=3, asin=A)
    assert (reply.status, reply.content["error"]["type"]) == (402, "unauthorized")


def test_an_empty_bucket_answers_the_envelope_alone_and_token_still_answers(simulator: Simulator) -> None:
    simulator.bucket.set_balance(-249)
    reply = ask(simulator, "/product", domain=3, asin=A)
    assert reply.status == 429
    assert set(reply.content) == ENVELOPE
    assert ask(simulator, "/token").status == 200
    simulator.clock.advance(minutes=3)
    assert ask(simulator, "/product", domain=3, asin=A).status == 200


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"domain": "de", "asin": A}, 400),
        ({"domain": 7, "asin": A}, 400),
        ({"domain": 3}, 400),
        ({"domain": 3, "asin": A, "code": "2990000000019"}, 400),
        ({"domain": 3, "asin": ",".join(demo_asins(101))}, 405),
        ({"domain": 3, "asin": A, "buybox": 2}, 400),
        ({"domain": 3, "asin": A, "days": 0}, 405),
        ({"domain": 3, "asin": A, "stats": "soon"}, 400),
        ({"domain": 3, "asin": A, "stats": "²"}, 400),
        ({"domain": 3, "asin": A, "stats": "2026-02-01,2026-01-01"}, 400),
        ({"domain": 3, "asin": A, "offers": 20}, 400),
    ],
)
def test_a_wrong_parameter_is_refused_and_costs_nothing(
    simulator: Simulator, parameters: dict[str, Any], status: int
) -> None:
    reply = ask(simulator, "/product", **parameters)
    assert (reply.status, reply.content["error"]["type"]) == (status, "invalidParameter")
    assert ask(simulator, "/token").content["tokensLeft"] == 6_000


def test_an_unknown_path_is_not_found(simulator: Simulator) -> None:
    assert ask(simulator, "/products").status == 404


@pytest.mark.parametrize("encoding", ["", "gzip", "zstd, gzip, deflate"])
def test_bodies_are_compressed_as_the_client_offers_errors_too(simulator: Simulator, encoding: str) -> None:
    for path, status in (("/product", 200), ("/nothing", 404)):
        reply = ask(simulator, path, encoding=encoding, domain=3, asin=A)
        assert reply.status == status
        assert reply.headers.get("content-encoding", "") == encoding.partition(",")[0]
        assert reply.content["refillRate"] == 100


@pytest.mark.parametrize(
    ("parameters", "tokens"),
    [
        ({}, 2),
        ({"stats": 90}, 2),
        ({"buybox": 1}, 6),
        ({"rating": 1}, 4),
        ({"buybox": 1, "rating": 1, "stats": 30}, 8),
        ({"update": 0}, 4),
        ({"update": -1}, 2),
    ],
)
def test_costs_of_two_products(simulator: Simulator, parameters: dict[str, Any], tokens: int) -> None:
    content = ask(simulator, "/product", domain=3, asin=f"{A},{B}", **parameters).content
    assert (content["tokensConsumed"], content["tokensLeft"]) == (tokens, 6_000 - tokens)


def test_products_follow_the_order_of_the_request_and_unknown_ones_are_invalid(simulator: Simulator) -> None:
    found = products(simulator, B, GONE, A)
    assert [(product["asin"], product["productType"]) for product in found] == [(B, 0), (GONE, 4), (A, 0)]
    assert [product["asin"] for product in products(simulator, B, GONE, A, update=-1)] == [B, A]


def test_a_code_gives_every_product_that_carries_it_at_most_the_limit(simulator: Simulator) -> None:
    pack = next(asin for asin in demo_asins(200) if item(asin).pack == 2)
    found = ask(simulator, "/product", domain=3, code=item(pack).ean).content
    assert [product["asin"] for product in found["products"]] == [item(pack).pack_of, pack]
    assert found["tokensConsumed"] == 2
    limited = ask(simulator, "/product", domain=3, code=item(pack).ean, code_limit=1).content
    assert (len(limited["products"]), limited["tokensConsumed"]) == (1, 1)


def test_an_unknown_code_gives_nothing_and_costs_nothing(simulator: Simulator) -> None:
    content = ask(simulator, "/product", domain=3, code="4004122159147").content
    assert (content["products"], content["tokensConsumed"]) == ([], 0)


def test_without_history_the_histories_are_null_and_statistics_stay(simulator: Simulator) -> None:
    (product,) = products(simulator, A, history=0, stats=90, buybox=1)
    assert product["csv"] is product["salesRanks"] is product["buyBoxSellerIdHistory"] is None
    assert product["stats"] == products(simulator, A, stats=90, buybox=1)[0]["stats"]


def test_the_buy_box_is_there_only_when_asked_for(simulator: Simulator) -> None:
    (without,), (asked,) = products(simulator, A, stats=30), products(simulator, A, stats=30, buybox=1)
    assert without["csv"][18] is None
    assert (without["stats"]["buyBoxPrice"], without["stats"]["buyBoxIsFBA"]) == (-2, None)
    assert len(asked["csv"][18]) % 3 == 0
    assert asked["stats"]["buyBoxPrice"] == asked["csv"][18][-2]
    assert asked["buyBoxSellerIdHistory"][-1] == asked["stats"]["buyBoxSellerId"]


def test_null_and_missing_keys_are_split_as_recorded(simulator: Simulator) -> None:
    (product,) = products(simulator, A)
    assert all(product[name] is None for name in ("parentAsin", "variations", "coupon", "promotions", "offers"))
    assert not {"stats", "reviews", "monthlySold", "imagesCSV", "newPriceIsMAP"} & set(product)


def test_update_0_looks_at_once_and_is_remembered(simulator: Simulator) -> None:
    simulator.clock.advance(minutes=1)
    asked = products(simulator, *demo_asins(10), update=0)
    assert {product["lastUpdate"] for product in asked} == {START_MINUTE + 1}
    simulator.clock.advance(minutes=1)
    assert min(product["lastUpdate"] for product in products(simulator, *demo_asins(10))) > START_MINUTE


def test_a_search_page_has_ten_products_and_costs_ten_tokens(simulator: Simulator) -> None:
    page = ask(simulator, "/search", type="product", term="küchenwaage", domain=3, page=0, asins_only=1).content
    assert (len(page["asinList"]), page["tokensConsumed"]) == (10, 10)
    whole = ask(simulator, "/search", type="product", term="KÜCHENWAAGE", domain=3).content
    assert whole["tokensConsumed"] == -(-len(whole["products"]) // 10) * 10
    assert all("Küchenwaage" in product["title"] for product in whole["products"])


def test_categories_are_found_by_name_by_number_and_as_roots(simulator: Simulator) -> None:
    named = ask(simulator, "/search", type="category", term="spielzeug", domain=3).content
    number = str(root_category(5, 3))
    assert (set(named["categories"]) >= {number}, named["tokensConsumed"]) == (True, 1)
    roots = ask(simulator, "/category", category=0, domain=3).content["categories"]
    assert (len(roots), roots[number]["name"], roots[number]["parent"]) == (11, "Spielzeug", 0)
    leaf = roots[number]["children"][0]
    below = ask(simulator, "/category", category=leaf, domain=3, parents=1).content
    assert (list(below["categoryParents"]), below["tokensConsumed"]) == ([number], 2)


def test_best_sellers_come_by_rank_for_fifty_tokens_and_no_list_is_free(simulator: Simulator) -> None:
    content = ask(simulator, "/bestsellers", category=root_category(5, 3), domain=3).content
    asins = content["bestSellersList"]["asinList"]
    ranks = [product["csv"][3][-1] for product in products(simulator, *asins[:20])]
    assert (ranks, content["tokensConsumed"]) == (sorted(ranks), 50)
    none = ask(simulator, "/bestsellers", category=5, domain=3).content
    assert ("bestSellersList" in none, none["tokensConsumed"]) == (False, 0)


def test_the_length_of_csv_can_be_that_of_last_year() -> None:
    assert [len(products(frozen_simulator(csv_length=length), A)[0]["csv"]) for length in (34, 36)] == [34, 36]
