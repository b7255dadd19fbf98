"""Kill the demo's processes at random while it runs, then prove that nothing was lost or done twice.

`python -m tests.kill_everything --seconds 120 --seed 1` starts the commands of the Procfile itself, in a folder of its
own, kills each with SIGKILL at random moments and starts it again. Afterwards the consumers read to the end and
`conservation` must be clean. Exit code 0 when it is.
"""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def commands() -> dict[str, str]:
    """The Procfile's processes by name."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    return dict(line.split(": ", 1) for line in lines if line)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Demo:
    """The demo's processes in one folder: start, kill, stop."""

    def __init__(self, folder: str, products: int) -> None:
        binds = {"WEB_BIND": f"127.0.0.1:{free_port()}", "SIMULATOR_BIND": f"127.0.0.1:{free_port()}"}
        path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
        self.environment = (
            os.environ
            | binds
            | {"DEMO": "1", "KEEPA_API_KEY": "", "VAR_DIR": folder, "PATH": path, "LOG_LEVEL": "WARNING"}
        )
        self.log = (Path(folder) / "processes.log").open("w")
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.manage("migrate", "--verbosity", "0")
        self.manage("collectstatic", "--no-input", "--verbosity", "0")
        self.manage("load_demo", "--products", str(products))

    def manage(self, *words: str, check: bool = True) -> int:
        return subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment, check=check
        ).returncode

    def start(self, name: str) -> None:
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


def kill_at_random(demo: Demo, seconds: float, dice: random.Random) -> dict[str, int]:
    """Kill and restart one process every one to four seconds; returns how often each was killed."""
    kills = dict.fromkeys(demo.running, 0)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(dice.uniform(1, 4))
        name = dice.choice(sorted(demo.running))
        demo.end(name, signal.SIGKILL)
        kills[name] += 1
        time.sleep(dice.uniform(0, 1))
        demo.start(name)
    return kills


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--products", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="arbitrage-kill-") as folder:
        demo = Demo(folder, options.products)
        for name in commands():
            demo.start(name)
        try:
            kills = kill_at_random(demo, options.seconds, random.Random(options.seed))  # noqa: S311 - repeatable
        finally:
            for name in list(demo.running):
                demo.end(name, signal.SIGTERM)
        sys.stdout.write(f"Seed {options.seed}, {options.seconds:.0f} s, killed: {kills}\n")
        demo.manage("run_consumers", "--until-end")
        return demo.manage("conservation", check=False)


if __name__ == "__main__":
    sys.exit(main())
