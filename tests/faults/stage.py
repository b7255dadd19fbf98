"""What a fault may touch: the installation under load, the servers, the dice, and a count of planted poison."""

import json
import random
import signal
import time
import urllib.request
from dataclasses import dataclass, field

import redis

from tests import servers
from tests.faults.elastic_proxy import ElasticProxy
from tests.faults.proof import Unproved
from tests.installation import POISON, Installation

_APPEND = """
from arbitrage_site import clock
from ingestion.eventlog.sql import Entry, append_entries
from ingestion.topics import RAW
append_entries(RAW, [Entry(key={key!r}, value={value!r}, headers={{}})], now=clock.now())
"""


@dataclass(slots=True)
class Stage:
    """One seed's run."""

    installation: Installation
    elasticsearch: ElasticProxy
    dice: random.Random
    poison: int = field(default=0)

    def wait(self, least: float, most: float) -> None:
        """A pause of random length, in seconds."""
        time.sleep(self.dice.uniform(least, most))

    def restart(self, name: str, number: signal.Signals = signal.SIGKILL, **more: str) -> None:
        """End a process, wait up to a second, start it again; `more` are variables of the new one."""
        self.installation.end(name, number)
        self.wait(0, 1)
        self.installation.start(name, **more)

    def second(self, name: str, seconds: float) -> str:
        """Start a twin of a process and let both run; returns the twin's name. Raises Unproved if either ended."""
        twin = f"{name} (twin)"
        self.installation.start(name, alias=twin)
        time.sleep(seconds)
        if ended := {name, twin} & set(self.installation.died()):
            raise Unproved(f"two of {name} at a time had no effect: {' and '.join(sorted(ended))} ended by itself")
        return twin

    def plant_poison(self, value: bytes) -> None:
        """Append a record to the raw topic that no consumer can read."""
        self.installation.manage("shell", "-v", "0", "-c", _APPEND.format(key=POISON, value=value))
        self.poison += 1

    def ask_elasticsearch(self, method: str, path: str, body: object) -> None:
        """A bare request to the search server itself, as an operator would send it."""
        request = urllib.request.Request(  # noqa: S310 - the server of these tests on loopback
            f"{servers.addresses()['ELASTICSEARCH_URL']}{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310 - as above
            pass

    def forget_redis(self) -> None:
        """Empty the installation's Redis: cache, limits and queued messages."""
        with redis.Redis.from_url(self.installation.environment["REDIS_URL"]) as client:
            client.flushdb()
