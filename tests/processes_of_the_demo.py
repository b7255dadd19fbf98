"""The demo's processes as the Procfile starts them, in a folder and on ports of their own."""

import os
import subprocess
import sys
from pathlib import Path

from tests.processes import ROOT, Processes, commands, free_port


class Demo(Processes):
    """The demo's processes in one folder: start, kill, stop. Nothing is prepared or started by itself."""

    def __init__(self, folder: str) -> None:
        self.web = f"127.0.0.1:{free_port()}"
        binds = {"WEB_BIND": self.web, "SIMULATOR_BIND": f"127.0.0.1:{free_port()}"}
        own = {"DEMO": "1", "KEEPA_API_KEY": "", "VAR_DIR": folder, "LOG_LEVEL": "WARNING"}
        super().__init__(commands(), os.environ | binds | own, Path(folder) / "processes.log")

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
