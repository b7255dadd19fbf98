"""A Redis of a test's own, which it may kill, stop and empty."""

import shutil
import signal
import subprocess
from pathlib import Path

import redis

from tests import servers
from tests.processes import free_port
from tests.waiting import wait_until

PATIENCE = 20.0


def binary(folder: Path) -> Path:
    """Redis' program. Debian's redis-tools has it under another name, by which it decides what it is."""
    prepared = servers.home() / "redis" / "redis-server"
    found = next((path for path in (shutil.which("redis-server"), str(prepared)) if path and Path(path).exists()), "")
    link = folder / "redis-server"
    if not link.exists():
        link.symlink_to(Path(found or shutil.which("redis-check-rdb") or "redis-server").resolve())
    return link


class RedisServer:
    """One server on a free port of loopback, without persistence unless told otherwise."""

    def __init__(self, folder: Path, *options: str, password: str = "", ca_file: str = "") -> None:
        self.folder = folder
        self.port = free_port()
        self.options = [*options, *(["--requirepass", password] if password else [])]
        self.password = password
        self.ca_file = ca_file
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """REDIS_URL for it."""
        scheme = "rediss" if self.ca_file else "redis"
        return f"{scheme}://{f':{self.password}@' if self.password else ''}127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start, and wait until it answers."""
        port, other = ("--tls-port", ["--port", "0"]) if self.ca_file else ("--port", [])
        ports = [port, str(self.port), *other, "--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""]
        self.process = subprocess.Popen([binary(self.folder), *ports, *self.options], stdout=subprocess.DEVNULL)
        wait_until(self._answers, "an answer of Redis", seconds=PATIENCE)

    def _answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except redis.RedisError:
            return False

    def client(self) -> redis.Redis:
        """A client of its own."""
        certificates = {"ssl_ca_certs": self.ca_file} if self.ca_file else {}
        return redis.Redis.from_url(self.url, socket_timeout=5, retry=None, **certificates)

    def signal(self, number: signal.Signals) -> None:
        """SIGSTOP, SIGCONT and the like."""
        assert self.process
        self.process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL; what was not persisted is gone."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
