"""A process that appends events for the fault tests: `python -m tests.ingestion.produce COUNT [BYTES]`.

It notes what it sent in the transaction that appends, so that what was really appended is known whatever happens to
it. With BYTES it works under a limit of that many bytes for any file, prints what it then met, and goes on without.
"""

import os
import resource
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.ingestion.process_settings"

import django

django.setup()

from django.db import OperationalError, connection, transaction  # noqa: E402 - Django has to be set up first

from arbitrage_site import clock  # noqa: E402
from ingestion.eventlog.sql import append  # noqa: E402
from ingestion.topics import ENRICHED  # noqa: E402
from tests.ingestion.tally import event  # noqa: E402

BATCH = 50
KEYS = 97


def send(start: int, *, title: str) -> None:
    numbers = [number % KEYS for number in range(start, start + BATCH)]
    with transaction.atomic(), connection.cursor() as cursor:
        append(ENRICHED, [event(number, title=title) for number in numbers], now=clock.now())
        cursor.executemany(
            "INSERT INTO sent VALUES (%s, 1) ON CONFLICT (asin) DO UPDATE SET seen = sent.seen + 1",
            [[event(number).asin] for number in numbers],
        )


def send_until_full(limit: int) -> None:
    """Append incompressible events until a file may not grow any more."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        for start in range(0, 1_000_000, BATCH):
            send(start, title=os.urandom(400).hex())
    except OperationalError as error:
        sys.stdout.write(f"{error}\n")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        send_until_full(int(sys.argv[2]))
    for start in range(0, int(sys.argv[1]), BATCH):
        send(start, title="")
