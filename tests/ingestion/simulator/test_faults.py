"""Fault knobs: planned by a test, by the command line or by the control endpoint."""

import io
import json
from typing import Any

import pytest

from ingestion.simulator.app import Simulator
from ingestion.simulator.catalogue import demo_asins
from ingestion.simulator.faults import FaultKind, Faults, parse_faults
from tests.ingestion.simulator.asking import Reply, ask, call
from tests.simulator import frozen_simulator

ASINS = demo_asins(4)


@pytest.fixture
def simulator() -> Simulator:
    return frozen_simulator()


def spoiled(simulator: Simulator, kind: FaultKind, **parameters: Any) -> Reply:
    simulator.faults.plan(kind)
    return ask(simulator, "/product", domain=3, asin=",".join(ASINS), **parameters)


@pytest.mark.parametrize(("kind", "status"), [(FaultKind.SERVER_ERROR, 500), (FaultKind.OUTAGE, 503)])
def test_a_status_comes_once_with_the_bucket_and_costs_nothing(
    simulator: Simulator, kind: FaultKind, status: int
) -> None:
    reply = spoiled(simulator, kind, encoding="gzip")
    assert (reply.status, reply.content["tokensLeft"]) == (status, 120_000)
    assert ask(simulator, "/product", domain=3, asin=ASINS[0]).status == 200


@pytest.mark.parametrize("status", [400, 402, 404, 405])
def test_a_refusal_comes_once_and_costs_nothing(simulator: Simulator, status: int) -> None:
    reply = spoiled(simulator, FaultKind(str(status)))
    assert (reply.status, reply.content["tokensConsumed"]) == (status, 0)
    assert reply.content["error"]["message"]
    assert ask(simulator, "/product", domain=3, asin=ASINS[0]).status == 200


def test_a_slow_answer_waits() -> None:
    waited: list[float] = []
    simulator = frozen_simulator(sleep=waited.append)
    simulator.faults.plan(FaultKind.SLOW, seconds=7.5)
    assert ask(simulator, "/product", domain=3, asin=ASINS[0]).status == 200
    assert waited == [7.5]


def test_a_cut_body_cannot_be_unpacked(simulator: Simulator) -> None:
    reply = spoiled(simulator, FaultKind.CUT, encoding="gzip")
    with pytest.raises(EOFError):
        _ = reply.plain


def test_a_page_of_html_instead_of_json(simulator: Simulator) -> None:
    reply = spoiled(simulator, FaultKind.HTML)
    assert (reply.status, reply.headers["content-type"], reply.body[:6]) == (200, "text/html; charset=utf-8", b"<html>")


def test_an_error_with_status_200_is_charged_all_the_same(simulator: Simulator) -> None:
    content = spoiled(simulator, FaultKind.ERROR_WITH_200).content
    assert ("error" in content, "products" in content, content["tokensConsumed"]) == (True, False, 4)


def test_products_missing_partly_failed_or_reordered(simulator: Simulator) -> None:
    assert "products" not in spoiled(simulator, FaultKind.NO_PRODUCTS).content
    partly = spoiled(simulator, FaultKind.PARTLY_FAILED).content
    assert (len(partly["products"]), "error" in partly) == (2, True)
    reordered = spoiled(simulator, FaultKind.REORDERED).content["products"]
    assert [product["asin"] for product in reordered] == ASINS[::-1]


def test_shapes_of_tomorrow(simulator: Simulator) -> None:
    assert "aKeyOfTomorrow" in spoiled(simulator, FaultKind.UNKNOWN_KEYS).content["products"][0]
    assert isinstance(spoiled(simulator, FaultKind.STRING_NUMBERS).content["products"][0]["lastUpdate"], str)
    lengths = [
        len(spoiled(simulator, kind).content["products"][0]["csv"])
        for kind in (FaultKind.LONGER_CSV, FaultKind.SHORTER_CSV)
    ]
    assert lengths == [38, 34]


def test_impossible_points(simulator: Simulator) -> None:
    future = spoiled(simulator, FaultKind.FUTURE_TIME).content
    assert future["products"][0]["csv"][1][-2] > future["timestamp"] // 60_000 - 21_564_000
    assert spoiled(simulator, FaultKind.HUGE_PRICE).content["products"][0]["csv"][1][-1] == 2**31
    assert len(spoiled(simulator, FaultKind.BROKEN_TRIPLE, buybox=1).content["products"][0]["csv"][18]) % 3 == 2


def test_one_product_alone_can_be_spoiled(simulator: Simulator) -> None:
    simulator.faults.plan(FaultKind.STRING_NUMBERS, asin=ASINS[2])
    products = ask(simulator, "/product", domain=3, asin=",".join(ASINS)).content["products"]
    assert [isinstance(product["domainId"], str) for product in products] == [False, False, True, False]


def test_a_share_of_requests_fails_the_same_ones_in_every_run() -> None:
    runs = [Faults(parse_faults("500:0.2,slow:0.01")) for _ in range(2)]
    hits = [[len(faults.take("product")) for _ in range(500)] for faults in runs]
    assert hits[0] == hits[1]
    assert 60 < sum(hits[0]) < 150


def test_several_faults_hit_one_request_and_other_endpoints_are_spared(simulator: Simulator) -> None:
    simulator.faults.plan(FaultKind.REORDERED, times=None)
    simulator.faults.plan(FaultKind.OUTAGE, path="token", times=2)
    statuses = [ask(simulator, "/token").status for _ in range(3)]
    assert statuses == [503, 503, 200]
    assert spoiled(simulator, FaultKind.UNKNOWN_KEYS).content["products"][0]["asin"] == ASINS[-1]
    simulator.faults.clear()
    assert simulator.faults.take("product") == []


def control(simulator: Simulator, what: str, body: Any, **environ: str) -> Reply:
    sent = json.dumps(body).encode()
    return call(
        simulator,
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": f"/_simulator/{what}",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/json",
            "wsgi.input": io.BytesIO(sent),
        }
        | environ,
    )


def test_the_control_endpoint_plans_faults_and_sets_balance_and_clock(simulator: Simulator) -> None:
    assert control(simulator, "faults", [{"kind": "503"}, {"kind": "500", "path": "token"}]).status == 200
    assert ask(simulator, "/product", domain=3, asin=ASINS[0]).status == 503
    assert control(simulator, "faults", {}, REQUEST_METHOD="DELETE").status == 200
    assert control(simulator, "balance", {"tokens": 7}).status == 200
    assert ask(simulator, "/token").content["tokensLeft"] == 7
    assert control(simulator, "clock", {"minutes": 1}).status == 200
    assert ask(simulator, "/token").content["tokensLeft"] == 2_007


@pytest.mark.parametrize(
    ("body", "environ", "status"),
    [
        ({"tokens": 7}, {"REMOTE_ADDR": "192.0.2.1"}, 403),
        ({"tokens": 7}, {"REMOTE_ADDR": ""}, 403),
        ({"tokens": 7}, {"CONTENT_TYPE": "text/plain"}, 400),
        ({"tokens": "many"}, {}, 400),
        ({"coins": 7}, {}, 400),
        ({"tokens": 7}, {"REQUEST_METHOD": "GET"}, 404),
    ],
)
def test_the_control_endpoint_refuses_strangers_and_nonsense(
    simulator: Simulator, body: Any, environ: dict[str, str], status: int
) -> None:
    assert control(simulator, "balance", body, **environ).status == status
    assert ask(simulator, "/token").content["tokensLeft"] == 120_000
