"""The four servers as things that can be killed, paused and started, by the ids that services/services records."""

import os
import signal
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "services" / "services"
NAMES = ("kafka", "elasticsearch", "postgres", "redis")


def _run(*words: str) -> str:
    return subprocess.run([str(SCRIPT), *words], check=True, capture_output=True, text=True).stdout


def pid(name: str) -> int:
    """The process id of a server that runs."""
    return int(_run("pid", name))


def home() -> Path:
    """The folder that the script installs into."""
    default = "/var/cache" if os.geteuid() == 0 else Path.home() / ".cache"
    return Path(os.environ.get("SERVICES_HOME") or Path(default) / "arbitrage-services")


def java() -> Path:
    """The Java that Kafka runs on."""
    return Path(f"/proc/{pid('kafka')}/exe").readlink()


def send(name: str, number: signal.Signals) -> None:
    """Send a signal to a server's process."""
    os.kill(pid(name), number)


def start(*names: str) -> None:
    """Start servers and wait until they answer; what runs already is left alone."""
    _run("start", *names)


def addresses() -> dict[str, str]:
    """The four variables of the servers."""
    lines = (line.removeprefix("export ") for line in _run("env").splitlines())
    return dict(line.split("=", 1) for line in lines)
