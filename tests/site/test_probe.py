"""The health check of a container, against servers that answer, refuse and are not there."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from arbitrage_site import probe
from tests.processes import free_port


class _Server(BaseHTTPRequestHandler):
    """Ready for the host "good.example" alone."""

    def do_GET(self) -> None:
        ready = self.path == "/health/ready" and self.headers["Host"] == "good.example"
        self.send_response(200 if ready else 503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), _Server) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_a_server_that_is_ready_has_no_trouble(port: int) -> None:
    assert probe.trouble(f"127.0.0.1:{port}", "good.example") == ""
    assert probe.trouble(f"0.0.0.0:{port}", "good.example") == ""


def test_a_server_that_is_not_says_what_it_answered(port: int) -> None:
    assert probe.trouble(f"127.0.0.1:{port}", "other.example") == f"/health/ready on 127.0.0.1:{port} answers 503."


def test_nobody_there_is_a_sentence() -> None:
    assert probe.trouble(f"127.0.0.1:{free_port()}", "x").startswith("Nothing answers on 127.0.0.1:")


def test_it_asks_for_a_host_that_the_site_answers_to(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_BIND", f"127.0.0.1:{port}")
    monkeypatch.setenv("ALLOWED_HOSTS", " good.example, b.example")
    assert probe.main() == ""
