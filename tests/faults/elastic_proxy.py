"""A server before Elasticsearch that forwards everything, but spoils bulk requests when it is told to."""

import json
import select
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from tests.installation import Installation
from tests.loopback import LoopbackServer

HELD_SECONDS = 60.0
"""Longer than any client waits."""

_OWN_HEADERS = {"connection", "content-length", "host", "transfer-encoding", "accept-encoding"}
"""Each side of a proxy has these for itself; and what it is to change must not come compressed."""
_HEADERS = (("X-Elastic-Product", "Elasticsearch"), ("Content-Type", "application/json"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client is told."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Bulk:
    """A bulk request: what it holds, how to ask the real server (with that or less), and whether its client is gone."""

    body: bytes
    ask: Callable[[bytes], Answer]
    is_given_up: Callable[[], bool]


Fault = Callable[[Bulk], Answer | None]
"""What happens to a bulk request instead of the usual; None closes the connection without an answer."""


class ElasticProxy(LoopbackServer):
    """Each bulk request uses up the next of `faults`, names in FAULTS; those that really happened are in `played`."""

    def __init__(self, real: str) -> None:
        super().__init__(_Handler)
        self.real = urlsplit(real)
        self.faults: deque[str] = deque()
        self.played: list[str] = []
        self._lock = threading.Lock()

    def next_fault(self) -> str:
        """The name of the next fault, which is used up; empty where there is none."""
        with self._lock:
            return self.faults.popleft() if self.faults else ""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that are killed are nothing to tell about."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class BehindProxy(Installation):
    """Its processes reach Elasticsearch through the proxy; its commands, and proofs, ask the server itself."""

    def __init__(self, name: str, proxy: ElasticProxy, *, settings: str) -> None:
        super().__init__(name, DJANGO_SETTINGS_MODULE=settings)
        self._proxy = proxy

    def start(self, name: str, *, alias: str = "", **more: str) -> None:
        """As any installation does."""
        super().start(name, alias=alias, **({"ELASTICSEARCH_URL": self._proxy.url} | more))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ElasticProxy

    def _relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = None
        with suppress(OSError, HTTPException):  # the real server is away: so is this one
            answer = self._answer(body)
        if answer is None:
            self.close_connection = True
            return
        self.send_response_only(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _answer(self, body: bytes) -> Answer | None:
        name = self.server.next_fault() if urlsplit(self.path).path.endswith("/_bulk") else ""
        if not name:
            return self._ask(body)
        answer = FAULTS[name](Bulk(body, self._ask, self._is_given_up))
        self.server.played.append(name)
        return answer

    def _ask(self, body: bytes) -> Answer:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _OWN_HEADERS}
        connection = HTTPConnection(str(self.server.real.hostname), self.server.real.port, timeout=HELD_SECONDS)
        try:
            connection.request(self.command, self.path, body or None, headers)
            response = connection.getresponse()
            kept = tuple((name, value) for name, value in response.getheaders() if name.lower() not in _OWN_HEADERS)
            return Answer(response.status, kept, response.read())
        finally:
            connection.close()

    def _is_given_up(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _relay  # noqa: N815 - names of the base class

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing."""


def _whole(status: int) -> Fault:
    """The request is refused, and nothing of it is done."""
    error = {"error": {"type": "es_rejected_execution_exception", "reason": "played by a test"}, "status": status}
    return lambda _bulk: Answer(status, _HEADERS, json.dumps(error).encode())


def _single_items(bulk: Bulk) -> Answer:
    """Every other item is refused, the first among them; the rest is done."""
    items = list(_items(bulk.body))
    taken = b"".join(text for _, _, text in items[1::2])
    answer = bulk.ask(taken) if taken else Answer(200, _HEADERS, b'{"items": []}')
    if answer.status != 200:
        raise ConnectionError(f"Elasticsearch answered {answer.status} to what was left of a bulk request")
    done = iter(json.loads(answer.body)["items"])
    told = [next(done) if place % 2 else _refused(kind, asin) for place, (kind, asin, _) in enumerate(items)]
    return replace(answer, body=json.dumps({"errors": True, "items": told}).encode())


def _unanswered(bulk: Bulk) -> None:
    """All is done, and the connection closed before the answer."""
    bulk.ask(bulk.body)


def _held(bulk: Bulk) -> None:
    """All is done, and the client waits for the answer until it has waited long enough."""
    bulk.ask(bulk.body)
    end = time.monotonic() + HELD_SECONDS
    while not bulk.is_given_up():
        if time.monotonic() > end:
            raise ConnectionError("the client still waits for an answer")
        time.sleep(0.1)


def _short(bulk: Bulk) -> Answer:
    """All is done, and the answer leaves out the last item."""
    answer = bulk.ask(bulk.body)
    told = json.loads(answer.body)
    told["items"].pop()
    return replace(answer, body=json.dumps(told).encode())


FAULTS: dict[str, Fault] = {
    "429 for the request": _whole(429),
    "503 for the request": _whole(503),
    "429 for single items": _single_items,
    "done but not answered": _unanswered,
    "answered too late": _held,
    "answer without the last item": _short,
}


def _items(body: bytes) -> Iterable[tuple[str, str, bytes]]:
    """Kind, ASIN and text of each item of a bulk request."""
    lines = iter(body.splitlines(keepends=True))
    for line in lines:
        [(kind, address)] = json.loads(line).items()
        yield kind, address["_id"], line if kind == "delete" else line + next(lines)


def _refused(kind: str, asin: str) -> dict[str, Any]:
    error = {"type": "es_rejected_execution_exception", "reason": "played by a test"}
    return {kind: {"_id": asin, "status": 429, "error": error}}
