"""Paying: reserve, ask, settle; what is tried again, how long, and what never is."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import httpx2
import pytest

from ingestion.errors import KeepaKeyRefused, KeepaOutOfTokens, KeepaRejected, KeepaUnavailable, NotPayable
from ingestion.keepa.bucket import Bucket
from ingestion.keepa.paid import PaidClient, Patience, from_settings
from tests.ingestion.keepa.answers import ASIN, KEY, client_for, envelope, product

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
Step = Callable[[httpx2.Request], httpx2.Response]


class Script:
    """A Keepa that answers /token always, and everything else step by step."""

    def __init__(self, *steps: Step, left: int = 1000) -> None:
        self.steps: Iterator[Step] = iter(steps)
        self.left = left
        self.paths: list[str] = []
        self.asked: list[list[str]] = []
        self.milliseconds = 0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.paths.append(request.url.path)
        self.milliseconds += 1000
        if request.url.path == "/token":
            return httpx2.Response(200, json=self.body(tokensConsumed=0))
        self.asked.append(request.url.params.get("asin", "").split(","))
        return next(self.steps)(request)

    def body(self, **fields: Any) -> dict[str, Any]:
        return envelope(timestamp=self.milliseconds, tokensLeft=self.left, **fields)


def ok(request: httpx2.Request) -> httpx2.Response:
    """All the products that were asked for."""
    asins = request.url.params["asin"].split(",")
    body = envelope(products=[product(asin) for asin in asins], tokensConsumed=len(asins), timestamp=10**6)
    return httpx2.Response(200, json=body)


def status(code: int, **fields: Any) -> Step:
    return lambda _: httpx2.Response(code, json=envelope(tokensConsumed=0, timestamp=10**6, **fields))


def silence(_: httpx2.Request) -> httpx2.Response:
    raise httpx2.ReadTimeout("nothing")


class Sleeps(list[float]):
    """Pauses that nobody has to sit through."""


def paid(script: Script, sleeps: Sleeps, attempts: int = 3) -> PaidClient:
    patience = Patience(
        attempts=attempts,
        delay_seconds=5,
        longest_wait=60,
        sleep=sleeps.append,
        random=Random(7),  # noqa: S311 - a seed for the test
        now=lambda: NOON,
    )
    return PaidClient(client_for(script), Bucket(KEY), patience)


def test_the_balance_is_asked_once_and_then_known_from_the_answers() -> None:
    script = Script(ok, ok)
    client = paid(script, Sleeps())
    client.products(3, [ASIN])
    client.products(3, [ASIN])
    assert script.paths == ["/token", "/product", "/product"]
    assert client.state().reserved == 0


def test_a_request_that_is_not_payable_is_not_sent() -> None:
    script = Script(left=61)
    with pytest.raises(NotPayable, match="1 are free"):
        paid(script, Sleeps()).products(3, [ASIN, "B000000002"])
    assert script.paths == ["/token"]


@pytest.mark.parametrize("step", [status(500), status(503), lambda _: httpx2.Response(200, content=b"<html>")])
def test_a_passing_failure_is_tried_again_after_growing_pauses(step: Step) -> None:
    sleeps = Sleeps()
    answer = paid(Script(step, step, ok), sleeps).products(3, [ASIN])
    assert list(answer.products) == [ASIN]
    assert 5 <= sleeps[0] <= 7.5
    assert 10 <= sleeps[1] <= 15


def test_the_tries_are_bounded() -> None:
    sleeps, script = Sleeps(), Script(*[status(500)] * 9)
    with pytest.raises(KeepaUnavailable, match="status 500"):
        paid(script, sleeps).products(3, [ASIN])
    assert (script.paths.count("/product"), len(sleeps)) == (3, 2)


@pytest.mark.parametrize(("code", "error"), [(400, KeepaRejected), (404, KeepaRejected), (405, KeepaRejected)])
def test_what_is_wrong_for_good_is_not_tried_again(code: int, error: type[Exception]) -> None:
    sleeps, script = Sleeps(), Script(status(code))
    client = paid(script, sleeps)
    with pytest.raises(error):
        client.products(3, [ASIN])
    assert (sleeps, client.state().reserved) == ([], 0)


def test_a_refused_key_stops_every_later_request_before_it_is_sent() -> None:
    script = Script(status(402, refillRate=0))
    client = paid(script, Sleeps())
    for _ in range(2):
        with pytest.raises(KeepaKeyRefused, match="status 402"):
            client.products(3, [ASIN])
    assert script.paths == ["/token", "/product"]
    client.token()
    assert client.state().blocked_because == ""


def test_a_key_that_is_refused_at_the_first_question_is_blocked_too() -> None:
    bucket = Bucket(KEY)
    client = PaidClient(client_for(status(402, refillRate=0)), bucket, Patience(now=lambda: NOON))
    with pytest.raises(KeepaKeyRefused):
        client.products(3, [ASIN])
    assert "status 402" in bucket.state(NOON).blocked_because


def test_a_429_is_waited_for_by_keepas_own_figures() -> None:
    sleeps = Sleeps()
    empty = status(429, tokensLeft=0)
    with pytest.raises(NotPayable):
        paid(Script(empty, ok), sleeps).products(3, [ASIN])
    assert list(sleeps) == pytest.approx([30.1])


def test_a_429_that_would_take_too_long_is_an_error_at_once() -> None:
    sleeps = Sleeps()
    with pytest.raises(KeepaOutOfTokens) as caught:
        paid(Script(status(429, tokensLeft=-249, refillRate=5)), sleeps).products(3, [ASIN])
    assert caught.value.wait_seconds == pytest.approx(30.1 + 49 * 60)
    assert sleeps == []


def test_after_a_lost_request_keepa_is_asked_for_the_balance_before_paying_again() -> None:
    script = Script(silence, ok)
    client = paid(script, Sleeps())
    client.products(3, [ASIN])
    assert script.paths[:3] == ["/token", "/product", "/token"]


def test_more_asins_than_a_request_holds_are_split() -> None:
    asins = [f"B{number:09}" for number in range(250)]
    script = Script(ok, ok, ok)
    answer = paid(script, Sleeps()).products(3, asins)
    assert [len(part) for part in script.asked] == [100, 100, 50]
    assert (list(answer.products), answer.asked) == (asins, tuple(asins))
    assert answer.envelope.tokens_consumed == 250


def test_more_than_a_small_key_can_ever_pay_is_split() -> None:
    asins = [f"B{number:09}" for number in range(100)]

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/token":
            return httpx2.Response(200, json=envelope(tokensLeft=300, refillRate=5, timestamp=1))
        asked = request.url.params["asin"].split(",")
        found = [product(asin) for asin in asked]
        cost = {"tokensLeft": 15, "tokensConsumed": 3 * len(asked)}
        return httpx2.Response(200, json=envelope(products=found, refillRate=5, timestamp=2, **cost))

    patience = Patience(sleep=Sleeps().append, now=lambda: NOON)
    got = PaidClient(client_for(answer), Bucket(KEY), patience).products(3, asins, buybox=True)
    assert got.asked == tuple(asins[:95])
    assert len(got.products) == 95


def test_no_asins_are_refused_and_hold_no_tokens() -> None:
    client = paid(Script(), Sleeps())
    with pytest.raises(KeepaRejected, match="1 to 100 ASINs"):
        client.products(3, [])
    assert client.state().reserved == 0


@pytest.mark.parametrize(
    ("call", "tokens"),
    [
        (lambda client: client.codes(3, ["4004122159147", "2"], limit=5, buybox=True), 30),
        (lambda client: client.bestsellers(3, 1), 50),
        (lambda client: client.search(3, "frame", page=0), 10),
        (lambda client: client.category(3, [0]), 2),
    ],
)
def test_every_call_reserves_the_most_that_it_can_cost(call: Callable[[PaidClient], object], tokens: int) -> None:
    reserved: list[int] = []

    def look(_: httpx2.Request) -> httpx2.Response:
        reserved.append(Bucket(KEY).state(NOON).reserved)
        body = envelope(products=[], categories={}, timestamp=10**6)
        return httpx2.Response(200, json=body)

    call(paid(Script(look), Sleeps()))
    assert reserved == [tokens]


def test_the_client_of_the_settings_has_their_key_and_address() -> None:
    assert from_settings().bucket.state(NOON).is_known is False
