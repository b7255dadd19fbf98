"""The demo's processes as the Procfile starts them, in a folder and on ports of their own."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def commands() -> dict[str, str]:
    """The Procfile's processes by name."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line)


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Demo:
    """The demo's processes in one folder: start, kill, stop. Nothing is prepared or started by itself."""

    def __init__(self, folder: str) -> None:
        self.web = f"127.0.0.1:{free_port()}"
        binds = {"WEB_BIND": self.web, "SIMULATOR_BIND": f"127.0.0.1:{free_port()}"}
        path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
        self.environment = (
            os.environ
            | binds
            | {"DEMO": "1", "KEEPA_API_KEY": "", "VAR_DIR": folder, "PATH": path, "LOG_LEVEL": "WARNING"}
        )
        self.log = (Path(folder) / "processes.log").open("w")
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def prepare(self, products: int) -> None:
        """What `make run` does before it starts the processes."""
        self.manage("collectstatic", "--no-input", "--verbosity", "0")
        self.manage("migrate", "--verbosity", "0")
        self.manage("load_demo", "--products", str(products))

    def manage(self, *words: str, check: bool = True) -> int:
        """Run a management command to its end; returns its exit code."""
        return subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment, check=check
        ).returncode

    def start(self, name: str) -> None:
        """Start a process of the Procfile, in a session of its own."""
        self.running[name] = subprocess.Popen(  # noqa: S602 - the Procfile's lines are shell commands
            commands()[name],
            shell=True,
            cwd=ROOT,
            env=self.environment,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def end(self, name: str, number: signal.Signals) -> None:
        """Send a signal to the process and all it started, and wait until it is gone."""
        process = self.running.pop(name)
        os.killpg(process.pid, number)
        process.wait(timeout=60)
