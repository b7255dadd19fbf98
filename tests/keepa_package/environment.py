"""The virtual environment of the published client: made once, and again when its requirements change."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

REQUIREMENTS = Path(__file__).parent / "requirements.txt"


def python_of_client(default: Path) -> Path:
    """The Python in whose environment the client is installed: the folder KEEPA_PACKAGE_ENV names, or `default`."""
    folder = Path(os.environ.get("KEEPA_PACKAGE_ENV") or default)
    python = folder / "bin" / "python"
    installed = folder / "requirements.sha256"
    wanted = sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if not installed.exists() or installed.read_text() != wanted:
        _install(folder, python)
        installed.write_text(wanted)
    return python


def _install(folder: Path, python: Path) -> None:
    uv = Path(sys.executable).parent / "uv"
    locked = ["--require-hashes", "-r", str(REQUIREMENTS)]
    if uv.exists():
        _run(str(uv), "venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
        _run(str(uv), "pip", "install", "--quiet", "--python", str(python), *locked)
    else:
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        _run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *locked)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)
