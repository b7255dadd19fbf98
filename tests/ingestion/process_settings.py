"""Settings of the processes that the fault tests start: a consumer that counts, and a short wait for locks."""

from tests.settings import *  # noqa: F403 - the suite's settings, with two changes
from tests.settings import DATABASES

CONSUMERS = ["tests.ingestion.tally.SlowTally"]
DATABASES["default"]["OPTIONS"]["timeout"] = 0.3
