"""An installation of its own for tests that start and kill real processes."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.own_database import OwnDatabase
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds until something that should have happened is given up; nothing waits that long when all is well."""


class Installation:
    """A folder with a migrated database, and the processes started on it."""

    def __init__(self, folder: Path, *, settings: str = "tests.ingestion.process_settings", **more: str) -> None:
        """`more` are environment variables."""
        self.database = OwnDatabase(folder)
        self._environment = {**os.environ, **self.database.environment, "VAR_DIR": str(folder), **more}
        self._environment |= {"DJANGO_SETTINGS_MODULE": settings, "LOG_LEVEL": "WARNING"}
        self._started: list[subprocess.Popen[str]] = []

    def copy_schema(self, tables: str = "") -> None:
        """Begin with a copy of the test database, and what the statements in `tables` add."""
        self.database.copy(tables)

    def start(self, *arguments: str, largest_file: int | None = None) -> subprocess.Popen[str]:
        """A Python process of this project; `-m module` or a path comes first. No file may grow over `largest_file`."""
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self._environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=None if largest_file is None else lambda: _limit(largest_file),
        )
        self._started.append(process)
        return process

    def consume(self, *options: str) -> subprocess.Popen[str]:
        return self.start("manage.py", "run_consumers", *options)

    def finish(self, process: subprocess.Popen[str], *, code: int = 0) -> str:
        """Wait until it ends with `code`; returns what it wrote."""
        output, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == code, output
        return output

    def kill(self, process: subprocess.Popen[str]) -> None:
        """SIGKILL, wherever it is."""
        process.kill()
        process.communicate()

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        return self.database.ask(question)

    def number(self, question: str) -> int:
        [(value,)] = self.ask(question)
        return int(value or 0)

    def counted(self) -> int:
        return self.number("SELECT sum(seen) FROM tally")

    def passed(self) -> int:
        return self.number("SELECT sum(next_offset) FROM ingestion_logposition")

    def wait_for(self, condition: Callable[[], bool]) -> None:
        wait_until(condition, seconds=PATIENCE, every=0.01)

    def end(self) -> None:
        for process in self._started:
            if process.returncode is None:
                self.kill(process)
        self.database.drop()


def _limit(largest_file: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
