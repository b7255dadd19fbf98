"""A server that answers as a test tells it to, in the place of Elasticsearch."""

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.certificates import Certificate
from tests.loopback import LoopbackServer

EMPTY: dict[str, Any] = {
    "responses": [
        {"hits": {"total": {"value": 0}, "hits": []}},
        {"aggregations": {name: {"buckets": []} for name in ("category", "brand", "marketplace")}},
    ]
}


class ScriptedServer(LoopbackServer):
    """Answers every request with `status` and `answer`: bytes as they are, all else as JSON.

    A function is asked for the answer to the lines of a request.
    """

    product = "Elasticsearch"

    def __init__(self, own: Certificate | None = None) -> None:
        super().__init__(_Handler, own)
        self.status = 200
        self.answer: Any = EMPTY
        self.asked: list[tuple[str, list[Any]]] = []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ScriptedServer

    def _answer(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        lines = [json.loads(line) for line in sent.splitlines()]
        self.server.asked.append((self.path, lines))
        self.server.may_answer.wait()
        answer = self.server.answer(lines) if callable(self.server.answer) else self.server.answer
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(self.server.status)
        self.send_header("X-Elastic-Product", self.server.product)
        self.send_header("Content-Type", "application/vnd.elasticsearch+json;compatible-with=9")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815 - names of the base class

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nothing."""
