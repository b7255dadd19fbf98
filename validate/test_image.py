"""The image without an engine: its files, its user, its read-only root and its command, in a sandbox of the kernel."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from validate.tools import BIN, ROOT, files, tool

UID = "10001"
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
KEPT = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]


def _words(instruction: str) -> list[str]:
    """The words that an instruction of the Dockerfile runs."""
    found: list[str] = json.loads(re.findall(rf"^{instruction} .*?(\[.*\])$", DOCKERFILE, re.MULTILINE)[-1])
    return found


def _variables() -> dict[str, str]:
    [line] = re.findall(r"^ENV (.*)$", DOCKERFILE, re.MULTILINE)
    return dict(pair.split("=", 1) for pair in line.split())


@pytest.fixture(scope="module")
def image() -> Iterator[Path]:
    """What the image has of ours: the files that .dockerignore lets in, and static files collected from them."""
    with tempfile.TemporaryDirectory(prefix="arbitrage-image-") as name:
        folder = Path(name)
        for path in files(*KEPT):
            target = folder / "app" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, target)
        places = {"VAR_DIR": f"{folder}/build", "STATIC_DIR": f"{folder}/static", "PATH": os.environ["PATH"]}
        collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
        subprocess.run(collect, cwd=folder / "app", env=places, check=True)
        folder.chmod(0o755)
        yield folder


def _confined(image: Path, *words: str) -> list[str]:
    """A command as the image's user: no capabilities, a root that cannot be written, a network of its own."""
    system = [path for path in ("/usr", "/bin", "/lib", "/lib64", "/etc") if Path(path).exists()]
    python = [sys.base_prefix, sys.prefix]
    variables = _variables() | {"PATH": f"{BIN}:/usr/bin:/bin", "HOME": "/nonexistent"}
    return [
        *(tool("bwrap"), "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *("--uid", UID, "--gid", UID, "--clearenv"),
        *("--perms", "1777", "--tmpfs", "/tmp"),  # noqa: S108 - a new one, before what may be bound into it
        *(word for name, value in variables.items() for word in ("--setenv", name, value)),
        *(word for path in [*system, *python] for word in ("--ro-bind", path, path)),
        *("--ro-bind", f"{image}/app", "/app", "--ro-bind", f"{image}/static", "/opt/static"),
        *("--ro-bind", str(ROOT / "validate" / "inside.py"), "/opt/inside.py"),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--perms", "0700", "--tmpfs", variables["VAR_DIR"], "--remount-ro", "/", "--chdir", "/app"),
        *words,
    ]


@pytest.fixture(scope="module")
def found(image: Path) -> dict[str, Any]:
    """What validate/inside.py saw."""
    words = ("python", "/opt/inside.py", json.dumps(_words("CMD")), json.dumps(_words("HEALTHCHECK")))
    done = subprocess.run(_confined(image, *words), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_it_runs_without_root_and_without_capabilities(found: dict[str, Any]) -> None:
    assert f"\nUSER {UID}:{UID}\n" in DOCKERFILE
    assert found["uid"] == int(UID)
    status = dict(line.split(":\t", 1) for line in found["status"].splitlines() if ":\t" in line)
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {0}
    assert status["NoNewPrivs"] == "1"


def test_the_health_check_tells_whether_it_serves(found: dict[str, Any]) -> None:
    assert found["before"].startswith("Nothing answers on 0.0.0.0:8000")
    assert found["serving"] == ""


def test_it_ends_well_when_it_is_told_to(found: dict[str, Any]) -> None:
    assert found["ended_with"] == 0


def test_it_writes_only_where_it_may(found: dict[str, Any]) -> None:
    assert found["written"] == found["allowed"]


def test_only_what_runs_is_in_the_image(image: Path) -> None:
    names = {path.name for path in (image / "app").iterdir()}
    assert not names & {"tests", "validate", "benchmarks", "docs", ".git", ".env", "var", "requirements-dev.txt"}


def test_no_step_of_the_image_needs_the_network_but_the_one_that_installs() -> None:
    runs = re.findall(r"^RUN .*$", DOCKERFILE, re.MULTILINE)
    assert ["pip " in line for line in runs] == [True, False]
    assert "--require-hashes" in runs[0]
