"""Settings of the processes that these tests start: the suite's, Keepa at an address given, a short wait for locks."""

import os

from tests.settings import *  # noqa: F403 - the suite's settings, with two changes
from tests.settings import DATABASE_URL, DATABASES

KEEPA_BASE_URL = os.environ["SIMULATED_KEEPA"]
if not DATABASE_URL:  # PostgreSQL locks rows, for which nobody waits long
    DATABASES["default"]["OPTIONS"]["timeout"] = 0.3
