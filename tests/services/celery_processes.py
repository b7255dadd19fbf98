"""Workers, beats and Flower as docs/celery.md starts them, on a Redis of the test's own and the test's database."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests import waiting
from tests.processes import BIN, ROOT

PATIENCE = 60.0
LINE = re.compile(r"^\| (?P<name>[^|]+) \| `(?P<command>[^`]+)` \|$", re.MULTILINE)


def commands() -> dict[str, str]:
    """The commands of docs/celery.md by name."""
    return dict(LINE.findall((ROOT / "docs" / "celery.md").read_text()))


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Poll until it holds."""
    waiting.wait_until(condition, what, seconds=PATIENCE, every=0.05)


class Processes:
    """Processes in a folder of their own. `said` is all they wrote."""

    def __init__(self, folder: Path, redis_url: str, **variables: str) -> None:
        self.folder = folder
        self.log = folder / "processes.log"
        named = {
            "DJANGO_SETTINGS_MODULE": "arbitrage_site.settings",
            "DATABASE_URL": database_url(),
            "REDIS_URL": redis_url,
            "VAR_DIR": str(folder),
            "DEMO": "1",
            "KEEPA_API_KEY": "",
            "SIMULATOR_BIND": "127.0.0.1:9",
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        }
        gone = {"KAFKA_BOOTSTRAP_SERVERS": "", "ELASTICSEARCH_URL": ""}
        self.environment = os.environ | named | gone | variables
        self.running: list[subprocess.Popen[bytes]] = []

    @property
    def said(self) -> str:
        """Everything that was written so far."""
        return self.log.read_text() if self.log.exists() else ""

    def start(self, name: str, *, app: str = "arbitrage_site", loud: bool = False) -> subprocess.Popen[bytes]:
        """Start a process of docs/celery.md; `app` may add tasks, `loud` has it say all it can."""
        command = commands()[name].replace("--app arbitrage_site", f"--app {app}")
        words = [word for word in command.split() if not (loud and word == "--quiet")]
        with self.log.open("a") as log:
            process = subprocess.Popen(
                words, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.running.append(process)
        return process

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a management command to its end."""
        return subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )

    def start_simulator(self) -> None:
        """Start the simulator of Keepa, and wait until it listens."""
        with self.log.open("a") as log:
            words = [sys.executable, "manage.py", "keepa_simulator", "--products", "50"]
            process = subprocess.Popen(
                words, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.running.append(process)
        wait_until(self._simulator_listens, "the simulator")

    def _simulator_listens(self) -> bool:
        host, _, port = self.environment["SIMULATOR_BIND"].rpartition(":")
        with socket.socket() as probe:
            return probe.connect_ex((host, int(port))) == 0

    def slow_answers(self, times: int) -> None:
        """Have the simulator keep that many requests for products waiting for ten seconds."""
        body = json.dumps({"kind": "slow", "times": times, "seconds": 10, "path": "product"}).encode()
        address = f"http://{self.environment['SIMULATOR_BIND']}/_simulator/faults"
        request = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30):  # noqa: S310 - plain http to loopback
            pass

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """SIGKILL to a process and all it started."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self.running.remove(process)

    def end(self) -> None:
        """Kill what still runs."""
        for process in list(self.running):
            if process.poll() is None:
                self.kill(process)


def database_url() -> str:
    """The test's database, as the processes reach it."""
    found = settings.DATABASES["default"]
    password = f":{found['PASSWORD']}" if found.get("PASSWORD") else ""
    name = connection.settings_dict["NAME"]
    return f"postgresql://{found['USER']}{password}@{found['HOST']}:{found['PORT']}/{name}"
