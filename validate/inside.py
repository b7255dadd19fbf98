"""Runs in the confinement that test_image.py builds: start the image's command, ask its health check, try to do harm.

Arguments: the command and the health check as JSON. Prints what was found as JSON.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 40.0
FORBIDDEN = ("/app/written", "/opt/static/written", "/opt/written", "/etc/written", "/written")
ALLOWED = ("/tmp/written", "/var/lib/arbitrage/written")  # noqa: S108 - the two places there are


def _can_write(path: str) -> bool:
    try:
        Path(path).write_text("x")
    except OSError:
        return False
    return True


def _said(check: list[str]) -> str:
    """What the health check has to say; empty when all is well."""
    done = subprocess.run(check, check=False, capture_output=True, text=True)
    return done.stderr.strip() if done.returncode else ""


def _in_the_end(check: list[str]) -> str:
    """What the health check says when it is well, or when patience ends."""
    until = time.monotonic() + PATIENCE
    while (said := _said(check)) and time.monotonic() < until:
        time.sleep(0.2)
    return said


def main() -> None:
    """Everything that a container would have to show."""
    command, check = json.loads(sys.argv[1]), json.loads(sys.argv[2])
    found: dict[str, object] = {"uid": os.getuid(), "status": Path("/proc/self/status").read_text()}
    found["before"] = _said(check)
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], check=True)
    process = subprocess.Popen(command, stdout=sys.stderr)
    found["serving"] = _in_the_end(check)
    process.send_signal(signal.SIGTERM)
    found["ended_with"] = process.wait(timeout=PATIENCE)
    found["written"] = [path for path in (*FORBIDDEN, *ALLOWED) if _can_write(path)]
    found["allowed"] = list(ALLOWED)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
