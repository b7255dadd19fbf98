"""An Elasticsearch of which a test says how it fails: it keeps versions like the real one, for what a drain asks."""

import json
import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from tests.loopback import LoopbackServer, serving

Answer = tuple[int, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One item of a bulk request."""

    kind: str
    asin: str
    version: int
    source: dict[str, Any] | None


Fault = Callable[["FakeElasticsearch", str, list[Operation]], Answer | None]
"""What happens to one bulk request to an index instead of the usual; None closes the connection without an answer."""


class FakeElasticsearch(LoopbackServer):
    """`aliases` says what there is. Each bulk request uses up the next of `faults`; `asked` has their ASINs."""

    def __init__(self, alias: str) -> None:
        super().__init__(_Handler)
        self.aliases: dict[str, str] = {alias: f"{alias}-1"}
        self.documents: dict[str, dict[str, tuple[int, dict[str, Any] | None]]] = {f"{alias}-1": {}}
        self.faults: deque[Fault] = deque()
        self.asked: list[tuple[str, list[str]]] = []
        self._lock = threading.Lock()

    def versions(self, alias: str) -> dict[str, int]:
        """Of the documents that are there."""
        stored = self.documents[self.aliases[alias]]
        return {asin: version for asin, (version, source) in stored.items() if source is not None}

    def answer(self, method: str, path: str, body: bytes) -> Answer | None:
        """What is said to a request."""
        with self._lock:
            parts = path.strip("/").split("/")
            if parts[-1] == "_bulk":
                return self._bulk(parts[0], _operations(body))
            if parts[-1] == "_mget":
                return self._mget(parts[0], json.loads(body)["ids"])
            if parts[0] == "_alias":
                return self._alias(parts[1].split(","))
            return 501, {"error": f"{method} {path} is not played here"}

    def apply(self, index: str, operations: list[Operation]) -> list[dict[str, Any]]:
        """Take what is newer; the items of the answer."""
        stored = self.documents.get(self.aliases.get(index, index))
        if stored is None:
            missing = {"type": "index_not_found_exception", "reason": f"no such index [{index}]"}
            return [item(operation, 404, missing) for operation in operations]
        return [_store(stored, operation) for operation in operations]

    def _bulk(self, index: str, operations: list[Operation]) -> Answer | None:
        self.asked.append((index, [operation.asin for operation in operations]))
        if self.faults:
            return self.faults.popleft()(self, index, operations)
        return 200, {"items": self.apply(index, operations)}

    def _mget(self, index: str, asins: list[str]) -> Answer:
        stored = self.documents[self.aliases.get(index, index)]
        found = {asin: stored.get(asin, (0, None)) for asin in asins}
        docs = [{"_id": asin, "_version": v, "found": source is not None} for asin, (v, source) in found.items()]
        return 200, {"docs": docs}

    def _alias(self, names: list[str]) -> Answer:
        known: dict[str, Any] = {}
        for name in names:
            if name in self.aliases:
                known.setdefault(self.aliases[name], {"aliases": {}})["aliases"][name] = {}
        missing = [name for name in names if name not in self.aliases]
        return (404 if missing else 200), known | ({"error": "alias missing", "status": 404} if missing else {})


def _store(stored: dict[str, tuple[int, dict[str, Any] | None]], operation: Operation) -> dict[str, Any]:
    version, source = stored.get(operation.asin, (0, None))
    if operation.version <= version:
        reason = f"[{operation.asin}]: version conflict, current version [{version}] is higher or equal"
        return item(operation, 409, {"type": "version_conflict_engine_exception", "reason": reason})
    stored[operation.asin] = (operation.version, operation.source)
    return item(operation, 404 if operation.kind == "delete" and source is None else 200)


def item(operation: Operation, status: int, error: dict[str, str] | None = None) -> dict[str, Any]:
    """One item of an answer."""
    return {operation.kind: {"_id": operation.asin, "status": status} | ({"error": error} if error else {})}


def whole(status: int) -> Fault:
    """The request is refused as a whole."""
    return lambda _server, _index, _operations: (status, {"error": {"type": "refused"}, "status": status})


def some(status: int, *asins: str, kind: str = "some_exception", reason: str = "no") -> Fault:
    """These items are refused, the others are taken."""

    def fault(server: FakeElasticsearch, index: str, operations: list[Operation]) -> Answer:
        taken = {
            next(iter(entry.values()))["_id"]: entry
            for entry in server.apply(index, [each for each in operations if each.asin not in asins])
        }
        refused = {"type": kind, "reason": reason}
        return 200, {"items": [taken.get(each.asin) or item(each, status, refused) for each in operations]}

    return fault


def unanswered(server: FakeElasticsearch, index: str, operations: list[Operation]) -> None:
    """All is taken, and nobody is told."""
    server.apply(index, operations)


def short(server: FakeElasticsearch, index: str, operations: list[Operation]) -> Answer:
    """All is taken, and the last item is left out of the answer."""
    return 200, {"items": server.apply(index, operations)[:-1]}


def at_most(documents: int) -> Fault:
    """A request with more documents is too large."""

    def fault(server: FakeElasticsearch, index: str, operations: list[Operation]) -> Answer:
        if len(operations) > documents:
            return 413, {"error": "too large"}
        return 200, {"items": server.apply(index, operations)}

    return fault


def _operations(body: bytes) -> list[Operation]:
    lines = iter(body.splitlines())
    found = []
    for line in lines:
        [(kind, address)] = json.loads(line).items()
        source = None if kind == "delete" else json.loads(next(lines))
        found.append(Operation(kind, address["_id"], address["version"], source))
    return found


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FakeElasticsearch

    def _reply(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.server.answer(self.command, urlsplit(self.path).path, sent)
        self.server.may_answer.wait()
        if answer is None:
            self.close_connection = True
            return
        status, body = answer[0], json.dumps(answer[1]).encode()
        self.send_response(status)
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.send_header("Content-Type", "application/vnd.elasticsearch+json;compatible-with=9")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = _reply  # noqa: N815 - names of the base class

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing."""


def fake_elasticsearch(alias: str) -> AbstractContextManager[FakeElasticsearch]:
    """A running one, with an empty index behind the alias."""
    return serving(FakeElasticsearch(alias))
