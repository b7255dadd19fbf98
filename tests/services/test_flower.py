"""Flower beside a running worker: for those with the password, to look at and nothing else."""

import base64
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery

from arbitrage_site.models import WorkerSeen
from tests.processes import free_port
from tests.services.celery_processes import Processes, wait_until
from tests.services.redis_server import RedisServer

pytestmark = [
    pytest.mark.processes,
    pytest.mark.xdist_group("processes"),
    pytest.mark.django_db(transaction=True),
]
PASSWORD = "a, password: for Flower"
REDIS_PASSWORD = "s3cret-of-redis"


class Browser:
    """Asks Flower, with or without the password. Answers are (status, text)."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"

    def ask(self, path: str, *, method: str = "GET", password: str | None = PASSWORD) -> tuple[int, str]:
        """Status and text; 0 while nobody listens."""
        credentials = base64.b64encode(f"admin:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}"} if password is not None else {}
        request = urllib.request.Request(self.base + path, headers=headers, method=method)  # noqa: S310 - http only
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - as above
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except urllib.error.URLError:
            return 0, ""


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    server = RedisServer(tmp_path, password=REDIS_PASSWORD)
    server.start()
    port = free_port()
    variables = {"FLOWER_BIND": f"127.0.0.1:{port}", "FLOWER_PASSWORD": PASSWORD, "FLOWER_UNAUTHENTICATED_API": "1"}
    started = Processes(tmp_path, server.url, **variables)
    yield started
    started.end()
    server.kill()


@pytest.fixture
def browser(processes: Processes) -> Browser:
    return Browser(int(processes.environment["FLOWER_BIND"].rpartition(":")[2]))


def test_flower_shows_tasks_to_those_with_the_password_and_changes_nothing(
    processes: Processes, browser: Browser, tmp_path: Path
) -> None:
    flower = processes.start("Flower")
    wait_until(lambda: browser.ask("/")[0] == 200, "Flower")
    worker = processes.start("default worker", app="tests.services.jobs")
    wait_until(lambda: WorkerSeen.objects.exists(), "the worker")
    wait_until(lambda: "default@" in browser.ask("/api/workers?refresh=1")[1], "the worker in Flower")
    with Celery("sender", broker=processes.environment["REDIS_URL"], set_as_current=False) as sender:
        sender.send_task("tests.note", [str(tmp_path / "notes"), "seen"], queue="default")
    wait_until(lambda: "tests.note" in browser.ask("/api/tasks")[1], "the task in Flower")

    for path in ("/", "/workers", "/tasks", "/api/workers", "/api/tasks", "/broker", "/metrics"):
        expected = 404 if path == "/metrics" else 401
        assert browser.ask(path, password=None)[0] == expected, path
        assert browser.ask(path, password="guessed")[0] == expected, path

    name = WorkerSeen.objects.get().name
    changes = [
        f"/api/worker/shutdown/{name}",
        f"/api/worker/pool/restart/{name}",
        f"/api/worker/pool/grow/{name}?n=1",
        f"/api/worker/queue/cancel-consumer/{name}?queue=default",
        "/api/task/async-apply/tests.note",
        "/api/task/send-task/tests.note",
        "/api/task/revoke/1?terminate=true",
        "/api/task/timeout/tests.note?hard=1",
    ]
    assert {path: browser.ask(path, method="POST")[0] for path in changes} == dict.fromkeys(changes, 403)
    assert worker.poll() is None

    shown = "".join(browser.ask(path)[1] for path in ("/", f"/worker/{name}", "/broker", "/tasks"))
    assert REDIS_PASSWORD not in shown + processes.said
    assert PASSWORD not in shown + processes.said
    assert PASSWORD not in Path(f"/proc/{flower.pid}/cmdline").read_text()


def test_flower_listens_on_loopback_alone(processes: Processes, browser: Browser) -> None:
    processes.start("Flower")
    wait_until(lambda: browser.ask("/")[0] == 200, "Flower")
    port = int(browser.base.rpartition(":")[2])
    listening = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if f":{port:04X} " in line]
    assert {address for address in listening if address.endswith(f":{port:04X}")} == {
        f"{int.from_bytes(socket.inet_aton('127.0.0.1'), 'little'):08X}:{port:04X}"
    }


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"FLOWER_PASSWORD": ""}, "FLOWER_PASSWORD has fewer than 12 characters"),
        ({"FLOWER_PASSWORD": "short"}, "FLOWER_PASSWORD has fewer than 12 characters"),
        ({"FLOWER_USER": "a:b"}, "the user must have no colon"),
        ({"FLOWER_BIND": "5555"}, "FLOWER_BIND must be an address and a port"),
        ({"REDIS_URL": ""}, "set REDIS_URL"),
    ],
)
def test_flower_does_not_start_half_open(processes: Processes, variables: dict[str, str], sentence: str) -> None:
    processes.environment |= variables
    answer = processes.manage("flower")
    assert answer.returncode == 1
    assert sentence in answer.stderr
    assert "Traceback" not in answer.stderr
