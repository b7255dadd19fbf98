"""Settings of the processes that the fault tests start: a consumer that counts, and a short wait for locks."""

from tests.settings import *  # noqa: F403 - the suite's settings, with two changes
from tests.settings import DATABASE_URL, DATABASES

CONSUMERS = ["tests.ingestion.tally.SlowTally"]
if not DATABASE_URL:  # PostgreSQL locks rows, for which nobody waits long
    DATABASES["default"]["OPTIONS"]["timeout"] = 0.3
