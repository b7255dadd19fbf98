"""The product's settings for processes whose clocks are off, with a beat that is seen to go on in little time."""

import os
from datetime import UTC, datetime, timedelta

from arbitrage_site import clock

_offset = timedelta(seconds=int(os.environ.get("CLOCK_OFFSET", "0")))


def _now() -> datetime:
    return datetime.now(UTC) + _offset


clock.now = _now  # before anything else imports it by name

from arbitrage_site.settings import *  # noqa: E402, F403 - the clock must be set first

POLL_INTERVAL_SECONDS = 2
