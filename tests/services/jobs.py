"""A Celery app with tasks that the tests of a running worker need: `celery --app tests.services.jobs`."""

import time
from pathlib import Path

from celery.exceptions import SoftTimeLimitExceeded

from arbitrage_site import celery_app as app
from tests.waiting import wait_until

__all__ = ["app"]


@app.task(name="tests.note")
def note(file: str, line: str) -> None:
    """Append a line."""
    with Path(file).open("a") as notes:
        notes.write(line + "\n")


@app.task(name="tests.linger", soft_time_limit=1, time_limit=2)
def linger(file: str) -> None:
    """Run until the soft limit, ignore it, and run until the hard limit ends it."""
    note(file, "began")
    try:
        time.sleep(120)
    except SoftTimeLimitExceeded:
        note(file, "told")
        time.sleep(120)
    note(file, "ended")


@app.task(name="tests.hold")
def hold(file: str) -> None:
    """Run until a line "go on" is in the file."""
    note(file, "began")
    wait_until(lambda: "go on" in Path(file).read_text(), "the word to go on", seconds=60)
    note(file, "ended")
