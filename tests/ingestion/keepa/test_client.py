"""What the client asks, and what it makes of every kind of answer (keepa.md 4, 5, 7)."""

import gzip
import json
import math

import httpx2
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.errors import KeepaError, KeepaKeyRefused, KeepaOutOfTokens, KeepaRejected, KeepaUnavailable
from ingestion.keepa.client import KeepaClient
from ingestion.keepa.envelope import Envelope
from tests.ingestion.keepa.answers import ASIN, BASE, KEY, client_for, client_saying, envelope, product

OTHER = "B000000002"


def asked(call: str, *args: object, **options: object) -> httpx2.QueryParams:
    """The query that a call sends."""
    seen: list[httpx2.URL] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.url)
        body = envelope(products=[], categories={}, bestSellersList=None)
        return httpx2.Response(200, json=body)

    getattr(client_for(answer), call)(*args, **options)
    return seen[0].params


def test_products_are_asked_with_what_was_wanted_and_nothing_else() -> None:
    query = asked("products", 3, [ASIN, OTHER], buybox=True, days=7, stats=90, update=0)
    assert dict(query) == {
        "key": KEY, "domain": "3", "asin": f"{ASIN},{OTHER}", "buybox": "1", "days": "7", "stats": "90", "update": "0",
    }  # fmt: skip


def test_codes_are_never_asked_without_a_limit() -> None:
    query = asked("codes", 3, ["4004122159147"], limit=5, rating=True)
    assert (query["code"], query["code-limit"], query["rating"]) == ("4004122159147", "5", "1")


def test_a_search_always_names_its_page() -> None:
    assert asked("search", 3, "picture frame", page=0)["page"] == "0"


def test_categories_and_best_sellers_are_asked_by_id() -> None:
    assert asked("category", 3, [0])["category"] == "0"
    assert asked("bestsellers", 8, 425916031)["category"] == "425916031"


def test_products_are_found_by_asin_whatever_their_order() -> None:
    client = client_saying(envelope(products=[product(OTHER, title="two"), product(ASIN, title="one")]))
    answer = client.products(3, [ASIN, OTHER])
    assert json.loads(bytes(answer.products[ASIN]))["title"] == "one"
    assert answer.asked == (ASIN, OTHER)


def test_an_asin_that_keepa_leaves_out_is_simply_absent() -> None:
    answer = client_saying(envelope(products=[product(ASIN)])).products(3, [ASIN, OTHER])
    assert list(answer.products) == [ASIN]


@pytest.mark.parametrize("nameless", [{"domainId": 3}, {"asin": None}, {"asin": "<b>not an asin</b>"}])
def test_a_product_that_does_not_name_itself_does_not_spoil_the_others(nameless: dict[str, object]) -> None:
    answer = client_saying(envelope(products=[nameless, product(ASIN)])).products(3, [ASIN])
    assert list(answer.products) == [ASIN]


def test_unknown_keys_of_an_answer_are_ignored() -> None:
    client = client_saying(envelope(products=[product(isB2B=False)], dealsCached=False, g=904))
    assert client.products(3, [ASIN]).envelope.tokens_left == 1000


def test_best_sellers_come_in_the_order_of_rank() -> None:
    found = {"domainId": 3, "lastUpdate": 8_000_000, "categoryId": 1, "asinList": [OTHER, ASIN]}
    best = client_saying(envelope(bestSellersList=found)).bestsellers(3, 1)
    assert (best.asins, best.updated) == ([OTHER, ASIN], 8_000_000)


def test_a_category_without_a_list_has_no_best_sellers() -> None:
    assert client_saying(envelope(tokensConsumed=0)).bestsellers(3, 1).asins == []


def test_categories_are_keyed_by_number() -> None:
    tree = {"9223372036854775807": {"catId": 9223372036854775807, "name": "?", "parent": 0, "children": None}}
    found = client_saying(envelope(categories=tree)).category(3, [0])
    assert found.categories[9223372036854775807].name == "?"


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (400, KeepaRejected, "malformed"),
        (402, KeepaKeyRefused, "no access"),
        (404, KeepaRejected, "KEEPA_BASE_URL"),
        (405, KeepaRejected, "out of its range"),
        (429, KeepaOutOfTokens, "balance"),
        (500, KeepaUnavailable, "fault of its own"),
        (503, KeepaUnavailable, "out of service"),
        (301, KeepaUnavailable, "redirect"),
        (418, KeepaUnavailable, "unexpected status 418"),
    ],
)
def test_every_status_has_an_error_and_a_sentence(status: int, error: type[KeepaError], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        client_saying(envelope(), status).products(3, [ASIN])
    assert caught.value.permanent is (error in (KeepaRejected, KeepaKeyRefused))
    assert caught.value.envelope is not None


def test_keepas_own_words_are_part_of_the_sentence() -> None:
    error = {"type": "invalidParameter", "message": "domain\nis wrong", "details": None}
    with pytest.raises(KeepaRejected, match=r"\(status 400\): invalidParameter domain is wrong\.$"):
        client_saying(envelope(error=error, refillRate=0), 400).products(3, [ASIN])


@pytest.mark.parametrize(
    ("left", "rate", "reduction", "seconds"),
    [(0, 20, 0.0, 30.1), (-249, 5, 0.0, 30.1 + 49 * 60), (-10, 20, 18.4, 30.1 + 5 * 60), (0, 20, 20.0, math.inf)],
)
def test_a_429_says_when_the_balance_is_positive(left: int, rate: int, reduction: float, seconds: float) -> None:
    body = envelope(tokensLeft=left, refillRate=rate, tokenFlowReduction=reduction, tokensConsumed=0)
    with pytest.raises(KeepaOutOfTokens) as caught:
        client_saying(body, 429).products(3, [ASIN])
    assert caught.value.wait_seconds == pytest.approx(seconds)


def test_a_429_that_cannot_be_read_waits_for_a_lump() -> None:
    with pytest.raises(KeepaOutOfTokens) as caught:
        client_saying(b"", 429).products(3, [ASIN])
    assert caught.value.wait_seconds == 60


@pytest.mark.parametrize(
    ("kind", "error"),
    [("invalidParameter", KeepaRejected), ("unauthorized", KeepaKeyRefused), ("oops", KeepaUnavailable)],
)
def test_an_error_with_status_200_and_no_payload_is_a_failure(kind: str, error: type[KeepaError]) -> None:
    client = client_saying(envelope(error={"type": kind, "message": "no"}))
    with pytest.raises(error, match="no"):
        client.products(3, [ASIN])
    with pytest.raises(error, match="no"):
        client.category(3, [1])
    with pytest.raises(error, match="no"):
        client.bestsellers(3, 1)


def test_an_error_beside_products_does_not_throw_away_what_was_paid() -> None:
    client = client_saying(envelope(products=[product()], error={"type": "partial", "message": "one failed"}))
    answer = client.products(3, [ASIN, OTHER])
    assert list(answer.products) == [ASIN]
    assert answer.envelope.error is not None


def test_no_payload_is_a_failure_and_not_an_empty_result() -> None:
    with pytest.raises(KeepaUnavailable, match="has no `products`"):
        client_saying(envelope()).products(3, [ASIN])
    with pytest.raises(KeepaUnavailable, match="has no `categories`"):
        client_saying(envelope()).category(3, [1])


def test_a_token_answer_without_tokens_is_a_failure() -> None:
    with pytest.raises(KeepaUnavailable, match="says nothing"):
        client_saying({}).token()


@pytest.mark.parametrize(
    "body",
    [b"<html>Bad gateway</html>", b"", b'{"products": [', b"null", b"[]", b'{"error": "\xff"}', b"\x00\x01"],
)
def test_what_is_not_keepas_json_is_an_outage(body: bytes) -> None:
    with pytest.raises(KeepaUnavailable, match="cannot be read"):
        client_saying(body).products(3, [ASIN])


def test_numbers_written_as_strings_are_named() -> None:
    with pytest.raises(KeepaUnavailable, match=r"Expected `int`, got `str` - at `\$.tokensLeft`"):
        client_saying(envelope(tokensLeft="1000", products=[])).products(3, [ASIN])


def _json(**fields: object) -> bytes:
    return json.dumps(envelope(**fields)).encode()


COMPRESSED = {
    "gzip": gzip.compress(_json(products=[product()])),
    "zstd": zstandard.compress(_json(products=[product()])),
}


@pytest.mark.parametrize("encoding", COMPRESSED)
@pytest.mark.parametrize("announced", [True, False])
def test_gzip_and_zstd_are_read_announced_or_not(encoding: str, announced: bool) -> None:
    headers = {"Content-Encoding": encoding} if announced else {}
    client = client_for(lambda _: httpx2.Response(200, content=COMPRESSED[encoding], headers=headers))
    assert list(client.products(3, [ASIN]).products) == [ASIN]


@pytest.mark.parametrize("encoding", COMPRESSED)
@pytest.mark.parametrize("announced", [True, False])
def test_a_compressed_answer_that_was_cut_is_an_outage(encoding: str, announced: bool) -> None:
    cut = COMPRESSED[encoding][:-20]
    headers = {"Content-Encoding": encoding} if announced else {}
    with pytest.raises(KeepaUnavailable, match="cannot be read"):
        client_for(lambda _: httpx2.Response(200, content=cut, headers=headers)).products(3, [ASIN])


def test_a_body_that_is_not_the_gzip_it_claims_to_be_is_an_outage() -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=b"plain", headers={"Content-Encoding": "gzip"})

    with pytest.raises(KeepaUnavailable, match="damaged"):
        client_for(answer).products(3, [ASIN])


def test_compressed_bodies_of_errors_are_read_too() -> None:
    body = gzip.compress(_json(tokensLeft=-5, tokensConsumed=0))
    with pytest.raises(KeepaOutOfTokens, match="balance is -5"):
        client_for(lambda _: httpx2.Response(429, content=body)).products(3, [ASIN])


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (httpx2.ReadTimeout("x"), "did not answer in time"),
        (httpx2.ConnectTimeout("x"), "did not answer in time"),
        (httpx2.ConnectError("x"), "cannot be reached"),
        (httpx2.RemoteProtocolError("x"), "broke"),
        (httpx2.ReadError("x"), "broke"),
    ],
)
def test_the_network_fails_with_a_sentence(failure: httpx2.TransportError, says: str) -> None:
    def answer(_: httpx2.Request) -> httpx2.Response:
        raise failure

    with pytest.raises(KeepaUnavailable, match=says) as caught:
        client_for(answer).token()
    assert caught.value.envelope is None


@pytest.mark.parametrize("count", [0, 101])
def test_a_request_holds_1_to_100_asins(count: int) -> None:
    with pytest.raises(KeepaRejected, match=f"1 to 100 ASINs; {count} were given"):
        client_saying(envelope()).products(3, [ASIN] * count)


def test_a_search_page_beyond_the_last_is_not_asked() -> None:
    with pytest.raises(KeepaRejected, match="pages 0 to 9"):
        client_saying(envelope()).search(3, "frame", page=10)


def test_without_a_key_there_is_no_client() -> None:
    with pytest.raises(KeepaKeyRefused, match="KEEPA_API_KEY"):
        KeepaClient(key="", base_url=BASE)


@pytest.mark.parametrize("address", ["", "api.keepa.com", "ftp://keepa", "http://", "http://a:b:c"])
def test_an_address_that_is_none_is_named(address: str) -> None:
    with pytest.raises(KeepaRejected, match="KEEPA_BASE_URL"):
        KeepaClient(key=KEY, base_url=address)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.sampled_from([200, 400, 402, 429, 500, 503]))
def test_no_body_whatever_escapes_as_anything_but_a_keepa_error(body: bytes, status: int) -> None:
    with pytest.raises(KeepaError):
        client_saying(body, status).products(3, [ASIN])


def test_the_envelope_of_an_answer_does_not_hold_its_payload() -> None:
    assert type(client_saying(envelope(products=[])).products(3, [ASIN]).envelope) is Envelope
