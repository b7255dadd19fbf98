"""Processes of the product that a test or a script starts, kills and stops itself."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from arbitrage_site.run import processes

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PATIENCE = 30.0
"""Seconds until a process that was told to end is given up."""


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def procfile(file: str) -> dict[str, str]:
    """The commands of a Procfile by name."""
    lines = (ROOT / file).read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line and not line.startswith("#"))


def commands(services: Collection[str] = ()) -> dict[str, str]:
    """What `make run` starts in the demo on these services, by name."""
    file, names = processes(redis="REDIS_URL" in services, kafka="KAFKA_BOOTSTRAP_SERVERS" in services, demo=True)
    found = procfile(file)
    return {name: found[name] for name in names}


class Processes:
    """Shell commands by name with one environment, which write into one file. Nothing is started by itself."""

    def __init__(self, commands: Mapping[str, str], environment: Mapping[str, str], log: Path) -> None:
        self.commands = dict(commands)
        self.environment = {**environment, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        self.log = log
        self.output = log.open("w")
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *, alias: str = "", **more: str) -> None:
        """Start a process, under another name (`alias`) beside the one that runs; `more` are variables.

        It has a session of its own.
        """
        self.running[alias or name] = subprocess.Popen(  # noqa: S602 - the Procfile's lines are shell commands
            self.commands[name],
            shell=True,
            cwd=ROOT,
            env=self.environment | more,
            stdout=self.output,
            stderr=self.output,
            start_new_session=True,
        )

    def end(self, name: str, number: signal.Signals) -> None:
        """Send a signal to the process and all it started, and wait until it is gone."""
        process = self.running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        process.wait(timeout=PATIENCE)
