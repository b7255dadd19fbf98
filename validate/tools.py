"""The validators, run as people run them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PACKAGES = {"bwrap": "bubblewrap", "setpriv": "util-linux", "git": "git"}


def tool(name: str) -> str:
    """Where a validator is. Fails with a sentence when it is not installed."""
    found = shutil.which(name, path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    if not found:
        how = f"apt-get install {PACKAGES[name]}" if name in PACKAGES else "make test installs it"
        raise AssertionError(f"{name} is missing, and nothing may be left out: {how}.")
    return found


def run(name: str, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a validator in the project's folder, in an environment of these variables alone."""
    environment = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "HOME": os.environ.get("HOME", "/")} | variables
    return subprocess.run([tool(name), *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def accepts(name: str, *words: str, **variables: str) -> str:
    """Hold that a validator has nothing to say against what it was given; returns what it printed."""
    done = run(name, *words, **variables)
    assert done.returncode == 0, f"{name} {' '.join(words)}:\n{done.stdout}{done.stderr}"
    return done.stdout


def files(*patterns: str) -> list[str]:
    """Files of the project that match: those of the repository, and those that are not in it yet."""
    listed = accepts("git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns).splitlines()
    return [path for path in listed if (ROOT / path).is_file()]
