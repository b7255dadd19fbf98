"""The key goes to Keepa and nowhere else: not into logs, errors, reprs or addresses that anybody sees."""

import json
import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import httpx2
import pytest

from ingestion.errors import KeepaError
from ingestion.keepa.bucket import Bucket
from ingestion.keepa.client import KeepaClient
from ingestion.keepa.paid import PaidClient
from ingestion.keepa.transport import KeyedTransport
from tests.ingestion.keepa.answers import ASIN, BASE, KEY, client_for, client_saying, envelope, product


class Echo(BaseHTTPRequestHandler):
    """A server that says the whole address back, key included, as some proxies do."""

    seen: ClassVar[list[str]] = []
    status = 200

    def do_GET(self) -> None:
        self.seen.append(self.path)
        echo = {"type": "invalidParameter", "message": f"bad request {self.path}", "details": KEY}
        extra = {"error": echo} if self.status != 200 else {"products": [product()]}
        body = json.dumps(envelope(**extra)).encode()
        self.send_response(self.status, "Because")
        self.send_header("Location", f"https://elsewhere.example{self.path}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """The address of the echo."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as running:
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.fixture
def logs(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """All that any logger says, whatever the settings say about it."""
    for name in ("", "httpx2", "httpcore2", "ingestion"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def everything(error: BaseException) -> str:
    """All that an error and its chain can show."""
    shown = "".join(traceback.format_exception(error)) + repr(error) + repr(vars(error))
    chained = [part for part in (error.__cause__, error.__context__) if part is not None]
    return shown + "".join(everything(part) for part in chained)


def locals_of(error: BaseException) -> str:
    """What a debug page would print: the variables of every frame of ours and of the libraries below."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if "/tests/" not in frame.f_code.co_filename]
    return "".join(repr(value) for frame in frames for value in frame.f_locals.values())


def test_the_key_is_sent_but_no_log_line_has_it(server: str, logs: pytest.LogCaptureFixture) -> None:
    client = KeepaClient(key=KEY, base_url=server)
    client.products(3, [ASIN])
    client.close()
    assert KEY in Echo.seen[-1]
    assert "HTTP Request" in logs.text
    assert KEY not in logs.text


@pytest.mark.parametrize("status", [301, 400, 402, 404, 405, 429, 500, 503])
def test_an_answer_that_echoes_the_key_gives_an_error_without_it(
    server: str, logs: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr(Echo, "status", status)
    client = KeepaClient(key=KEY, base_url=server)
    with pytest.raises(KeepaError) as caught:
        client.products(3, [ASIN])
    client.close()
    assert KEY not in str(caught.value)
    assert KEY not in logs.text
    assert KEY not in locals_of(caught.value)


def test_an_error_that_keepa_describes_with_the_key_does_not_keep_it() -> None:
    error = {"type": "unauthorized", "message": f"key {KEY} is unknown", "details": KEY}
    with pytest.raises(KeepaError) as caught:
        client_saying(envelope(error=error), 402).products(3, [ASIN])
    assert KEY not in everything(caught.value)


FAILURES: list[Callable[[httpx2.Request], Exception]] = [
    lambda request: httpx2.ReadTimeout(f"no answer from {request.url}", request=request),
    lambda request: httpx2.ConnectError(f"cannot connect to {request.url}", request=request),
    lambda request: httpx2.RemoteProtocolError(f"broken {request.url}", request=request),
    lambda request: httpx2.DecodingError(f"broken {request.url}", request=request),
]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_network_error_and_its_whole_chain_are_without_the_key(
    failure: Callable[[httpx2.Request], Exception],
) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        raise failure(request)

    with pytest.raises(KeepaError) as caught:
        client_for(answer).token()
    assert caught.value.__cause__ is caught.value.__context__ is None
    assert KEY not in everything(caught.value) + locals_of(caught.value)


def test_nothing_shows_the_key_in_its_repr() -> None:
    client = client_saying(envelope())
    bucket = Bucket(KEY)
    things = (client, bucket, PaidClient(client, bucket), KeyedTransport(KEY, httpx2.HTTPTransport()))
    assert KEY not in "".join(repr(thing) + str(thing) for thing in things)
    assert KEY not in repr(vars(bucket)) + repr(vars(client))


def test_a_key_with_odd_characters_is_blotted_out_in_every_form() -> None:
    transport = KeyedTransport("a b/c+d", httpx2.HTTPTransport())
    assert transport.hide(b"x a b/c+d, a%20b%2Fc%2Bd, a+b%2Fc%2Bd y") == b"x [key], [key], [key] y"


def test_a_key_with_odd_characters_reaches_keepa_whole() -> None:
    seen: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.url.params["key"])
        return httpx2.Response(200, json=envelope())

    KeepaClient(key="a b/c+d&e=f#g", base_url=BASE, transport=httpx2.MockTransport(answer)).token()
    assert seen == ["a b/c+d&e=f#g"]
