"""The main job on each tested combination of services, by real processes: from Keepa's answer to page and API."""

import json
import os
import re
import signal
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from arbitrage_site.engines import COMBINATIONS
from tests.faults.proof import Unproved, conserved, wait_until
from tests.installation import Installation

PATIENCE = 30.0
"""Seconds from the start of the processes to an answer of the API: the most that the main job may take."""

ERROR = re.compile(r'Traceback|"level": "(error|critical)"|\[(ERROR|CRITICAL)\]|^%[0-3]\|')
"""What no line of the log may have: ours, gunicorn's and Celery's, librdkafka's."""

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("processes")]


def ask(installation: Installation, path: str) -> Any:
    """The body of an answer; None while nobody listens."""
    try:
        with urlopen(f"http://{installation.web}{path}", timeout=10) as response:
            return response.read()
    except (URLError, ConnectionError, TimeoutError):
        return None


def is_answered(installation: Installation) -> bool:
    """Whether there are opportunities, and the search, not another in its place, finds the product of the best."""
    body = ask(installation, "/api/v1/arbitrage")
    results = json.loads(body)["results"] if body else []
    if not results:
        return False
    found = json.loads(ask(installation, f"/api/v1/products?q={results[0]['asin']}") or "{}")
    return [hit["asin"] for hit in found.get("results", [])] == [results[0]["asin"]] and not found["notice"]


def started_by(pid: int) -> dict[int, str]:
    """The command of each process that this one has started, or one that it started."""
    found = {}
    for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found[int(number)] = Path(f"/proc/{number}/cmdline").read_text()
        found |= started_by(int(number))
    return found


@pytest.mark.parametrize("services", COMBINATIONS, ids=COMBINATIONS.values())
def test_the_main_job_from_keepa_to_the_api(services: Collection[str]) -> None:
    with Installation(f"mainjob{len(services)}", services=services, redis=10 + len(services)) as installation:
        installation.manage("collectstatic", "--no-input", "--verbosity", "0")
        installation.prepare(products=40)
        installation.start_all()
        try:
            wait_until("an answer of the API", lambda: is_answered(installation), PATIENCE)
        except Unproved as error:
            raise AssertionError(f"{error}:\n{installation.log.read_text()[-4000:]}") from None

        assert b"<html" in ask(installation, "/")
        assert installation.died() == []
        wait_until("good health", lambda: json.loads(ask(installation, "/health"))["status"] == "ok")
        for name in [name for name in installation.running if name.startswith(("beat", "worker"))]:
            installation.end(name, signal.SIGTERM)
        wait_until("rest", lambda: installation.manage("conservation", check=False).returncode == 0)
        conserved(installation)
        for line in installation.log.read_text().splitlines():
            assert not ERROR.search(line), line


def test_make_run_serves_on_all_servers_and_ends_as_a_whole_when_a_process_dies() -> None:
    with Installation("honcho") as installation:
        expected = {words.split()[-1] for words in installation.commands.values()}
        installation.commands = {"run": "exec python -m arbitrage_site.run"}
        installation.start("run")
        run = installation.running["run"]
        try:
            wait_until("an answer of the API", lambda: is_answered(installation), 3 * PATIENCE)
            started = started_by(run.pid)
            consumers = max(pid for pid, command in started.items() if "run_consumers" in command)
            os.kill(consumers, signal.SIGKILL)
            wait_until("the end of all", lambda: run.poll() is not None, PATIENCE)
        finally:
            installation.end("run", signal.SIGTERM)

        assert all(any(last in command for command in started.values()) for last in expected)
        wait_until("the end of each", lambda: not any(Path(f"/proc/{pid}").exists() for pid in started), PATIENCE)
        assert run.returncode != 0
