"""The server: keep-alive, loopback only, and the command that runs it."""

import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from ingestion.simulator.answer import Answer
from ingestion.simulator.beginnings import LONGEST_DAYS, beginning
from ingestion.simulator.catalogue import demo_asins
from ingestion.simulator.server import UnusableAddress, listen, parse_bind, serve_in_thread
from tests.simulator import KEY, frozen_simulator, running_simulator


def test_one_connection_serves_many_requests() -> None:
    with running_simulator() as running:
        connection = http.client.HTTPConnection(urlsplit(running.url).netloc, timeout=10)
        bodies = []
        for _ in range(3):
            connection.request("GET", f"/product?key={KEY}&domain=3&buybox=1&asin={','.join(demo_asins(100))}")
            response = connection.getresponse()
            bodies.append(response.read())
        connection.close()
    assert response.version == 11
    assert len(bodies[0]) > 500_000
    assert json.loads(bodies[0])["products"] == json.loads(bodies[2])["products"]


def test_errors_and_compression_pass_through_the_socket() -> None:
    with running_simulator() as running:
        connection = http.client.HTTPConnection(urlsplit(running.url).netloc, timeout=10)
        connection.request("GET", "/product?key=short", headers={"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        assert (response.status, response.headers["Content-Encoding"]) == (400, "gzip")
        connection.close()


@pytest.mark.parametrize(("bind", "expected"), [("127.0.0.1:8077", ("127.0.0.1", 8077)), ("[::1]:0", ("::1", 0)),
                                                ("localhost:80", ("localhost", 80))])  # fmt: skip
def test_loopback_addresses_are_accepted(bind: str, expected: tuple[str, int]) -> None:
    assert parse_bind(bind) == expected


@pytest.mark.parametrize(
    ("bind", "sentence"),
    [
        ("0.0.0.0:8077", "serves this machine only"),
        ("192.0.2.7:8077", "serves this machine only"),
        ("nonsense", "is not an address and port"),
        ("127.0.0.1:99999", "is not an address and port"),
        ("example.org:80", "is not an address and port"),
    ],
)
def test_other_addresses_are_refused_with_a_sentence(bind: str, sentence: str) -> None:
    with pytest.raises(UnusableAddress, match=sentence):
        parse_bind(bind)


def test_a_port_in_use_is_refused_with_a_sentence() -> None:
    with serve_in_thread(frozen_simulator()) as url, pytest.raises(UnusableAddress, match="Cannot listen on"):
        listen(urlsplit(url).netloc, frozen_simulator())


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"bind": "0.0.0.0:1"}, "serves this machine only"),
        ({"faults": "boom"}, "--faults takes kinds and shares"),
        ({"faults": "500:often"}, "--faults takes kinds and shares"),
        ({"rate": 0}, "--rate must be at least 1"),
        ({"tempo": 0.0}, "--tempo more than 0"),
    ],
)
def test_the_command_refuses_what_it_cannot_do(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("keepa_simulator", stdout=StringIO(), **options)


@contextmanager
def running_command(*options: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "manage.py", "keepa_simulator", "--bind", "127.0.0.1:0", *options]
    process = subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.processes
def test_sigterm_ends_the_command_cleanly(tmp_path: Path) -> None:
    with running_command("--planted", str(tmp_path / "planted.json")) as process:
        assert process.stdout is not None
        assert "Simulated Keepa on http://127.0.0.1:" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=10)
    assert (process.returncode, rest) == (0, "Simulated Keepa stopped.\n")


def test_a_second_start_continues_the_first_ones_world(tmp_path: Path) -> None:
    path = tmp_path / "simulator.json"
    assert beginning(path, seed=1, tempo=40, now=1_000_000) == 1_000_000
    assert beginning(path, seed=1, tempo=40, now=1_000_500) == 1_000_000
    assert beginning(path, seed=2, tempo=40, now=1_000_500) == 1_000_500
    later = 1_000_501 + LONGEST_DAYS * 1_440
    assert beginning(path, seed=2, tempo=40, now=later) == later
    path.write_text("{")
    assert beginning(path, seed=2, tempo=40, now=5) == 5


def test_an_answer_is_json_unless_it_says_otherwise() -> None:
    assert Answer(200, b"{}").media_type.startswith("application/json")
