"""Names of its own for a test run on real servers, so that it meets neither another run nor an installation.

They follow from the database's name, which no two runs may share (pytest puts test_ before it): what a run that was
killed left behind belongs to the next run on that database, which removes it.
"""

import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

NAMED = "TESTS_ARE_NAMED_FOR"
PREFIXES = ("KAFKA_TOPIC_PREFIX", "ELASTICSEARCH_INDEX_PREFIX")
FIRST_REDIS_NUMBER = 10
REDIS_NUMBERS = 16


def take() -> None:
    """Put this process's names into its environment, once: what it starts inherits them."""
    os.environ.update(own(os.environ))


def own(given: Mapping[str, str]) -> dict[str, str]:
    """The variables to change: both prefixes and the number in REDIS_URL, of each xdist worker another.

    A worker inherits the names of the run, and adds its own to them.
    """
    worker = given.get("PYTEST_XDIST_WORKER", "")
    if not given.get("DATABASE_URL") or given.get(NAMED) == f"run {worker}":
        return {}
    step = f"{worker}-" if NAMED in given else f"test-{_word(given['DATABASE_URL'])}-{worker and worker + '-'}"
    names = {name: given.get(name, "") + step for name in PREFIXES} | {NAMED: f"run {worker}"}
    if given.get("REDIS_URL"):
        names["REDIS_URL"] = _redis(given["REDIS_URL"], int(worker.removeprefix("gw") or 0))
    return names


def _word(url: str) -> str:
    """The database's name in characters that topics and indexes may have."""
    return re.sub(r"[^a-z0-9]+", "-", urlsplit(url).path.lower()).strip("-")


def _redis(url: str, place: int) -> str:
    """Number 0 is where an installation lives: a run without a number of its own goes from ten upwards."""
    number = (int(urlsplit(url).path.strip("/") or 0) or FIRST_REDIS_NUMBER) + place
    if number >= REDIS_NUMBERS:
        raise SystemExit(f"Redis has {REDIS_NUMBERS} numbers: name a lower one in REDIS_URL, or take fewer workers.")
    return urlsplit(url)._replace(path=f"/{number}").geturl()
