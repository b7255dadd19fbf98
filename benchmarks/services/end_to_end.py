"""From Keepa's answer to the opportunity in the API, with all services on and at least 50 listings a second polled.

Every process of Procfile.distributed runs, and the simulator answers. For each opportunity that is told in the log, the
API is asked for it at once: what is counted ends with the API's answer. It begins with the answer of Keepa that brought
the change, not with a later one that was passed along with it. The same load is measured twice: listings that fall due
evenly, which the promise is about, and all of them at the same moment of a minute, which is the worst case.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.request import urlopen

import psycopg

from benchmarks.setting import options, p95, percentile, report
from ingestion.eventlog import values
from products.marketplaces import CODES
from tests.faults import proof
from tests.installation import Installation

MOST_SECONDS = 2.0
A_SECOND = 50
PATIENCE = 300.0
ONE_BATCH = timedelta(seconds=1)
"""Changes of a product that are told within this time may have been judged in one batch: the first of them counts."""
LOOK_SECONDS = 0.02
ASKING = 8
"""Opportunities that are asked for at the same time: many of them are told at once."""
LIVELY = " --rate 20000 --tempo 400"
"""Tokens for the load, and prices that change often enough to tell of some opportunities in each second."""
_NEWEST = "SELECT coalesce(max(id), 0) FROM ingestion_logrecord"
_TOLD = "SELECT id, value FROM ingestion_logrecord WHERE topic = 'arbitrage.opportunities' AND id > %s ORDER BY id"
_EARLIER = "SELECT value FROM ingestion_logrecord WHERE topic = %s AND key = ANY(%s) ORDER BY id"
_RAW = "SELECT sum(next_offset) FROM ingestion_logpartition WHERE topic = 'raw.keepa_updates'"
_DUE = "UPDATE products_polltarget SET due_at = now() + random() * interval {} WHERE id IN ({})"
_FREE = "SELECT id FROM products_polltarget FOR UPDATE SKIP LOCKED"
_EVENLY = timedelta(seconds=5), _DUE.format("'1 minute'", _FREE)
"""Laid out anew again and again: due times follow Keepa's whole minutes, so by themselves they come in bursts."""
_TOGETHER = timedelta(minutes=1), _DUE.format("'0'", _FREE)
_LISTINGS = "SELECT count(*) FROM products_listing"


class Told(NamedTuple):
    """An opportunity's product, the newest answer of Keepa it rests on, and when the API showed it."""

    asin: str
    newest: datetime
    seen: datetime


def main() -> int:
    """Load, then watch under both plans."""
    arguments = options(__doc__ or "", seconds=150, products=900)
    with Installation("endtoend") as installation:
        installation.manage("collectstatic", "--no-input", "--verbosity", "0")
        installation.prepare(arguments.products)
        installation.commands["simulator"] += LIVELY
        installation.start_all()
        listings = arguments.products * len(CODES)
        proof.wait_until("the first load", lambda: installation.rows(_LISTINGS)[0][0] >= listings, PATIENCE)
        even, a_second = _measured(installation, _EVENLY, arguments.seconds)
        together, _ = _measured(installation, _TOGETHER, arguments.seconds)
    measured = {
        "listings_a_second": a_second,
        "opportunities": len(even),
        "p50_seconds": percentile(even, 0.5),
        "p95_seconds": p95(even),
        "p95_seconds_together": p95(together),
    }
    promise = f"p95 under {MOST_SECONDS:.0f} s at {A_SECOND} listings a second or more"
    passed = bool(even) and p95(even) < MOST_SECONDS and a_second >= A_SECOND
    return report("end_to_end", promise, measured, passed=passed, as_json=arguments.json)


def _measured(installation: Installation, plan: tuple[timedelta, str], seconds: int) -> tuple[list[float], float]:
    """The seconds of each opportunity under a plan of when listings fall due, and how many were polled a second."""
    proof.caught_up(installation)
    [(before,)], started = installation.rows(_RAW), time.monotonic()
    told = _watch(installation, plan, seconds)
    [(after,)], took = installation.rows(_RAW), time.monotonic() - started
    return _since_keepa(installation, told), round(float(after - before) / took, 1)


def _watch(installation: Installation, plan: tuple[timedelta, str], seconds: int) -> list[Told]:
    """Each opportunity told of what was answered meanwhile.

    After the end it goes on until all that was polled before has been passed: what comes late counts with its delay.
    """
    asked: list[tuple[str, datetime, Future[datetime]]] = []
    every, due = plan
    planned = now = datetime.now(UTC)
    end = now + timedelta(seconds=seconds)
    wanted: dict[tuple[str, int], int] = {}
    topics_left = len({topic for topic, _ in proof.ends(installation)})
    with psycopg.connect(installation.database, autocommit=True) as connection, ThreadPoolExecutor(ASKING) as pool:
        [newest] = connection.execute(_NEWEST).fetchone() or [0]
        while topics_left:
            if planned <= now < end:
                connection.execute(due)
                planned += every
            for number, value in connection.execute(_TOLD, [newest]).fetchall():
                newest, event = number, json.loads(values.unpack(value))
                newest_answer = _fetched(event)
                if newest_answer and newest_answer < end:
                    asking = pool.submit(_asked, installation, event["opportunity_id"])
                    asked.append((event["asin"], newest_answer, asking))
            now = datetime.now(UTC)
            if now >= end and not (wanted and proof.behind(installation, wanted)):
                topics_left -= 1
                wanted = proof.ends(installation)  # what one topic leads to is in the next
            time.sleep(LOOK_SECONDS)
    return [Told(asin, newest_answer, asking.result()) for asin, newest_answer, asking in asked]


def _since_keepa(installation: Installation, told: Sequence[Told]) -> list[float]:
    """Seconds of each opportunity since the first answer that brought a change to it."""
    asins = list({one.asin for one in told})
    changed: dict[str, list[tuple[datetime, list[str]]]] = defaultdict(list)
    for event in _earlier(installation, "products.enriched", asins):
        if moment := _fetched(event):
            changed[event["asin"]].append((moment, event["changed"]))
    answers: dict[tuple[str, str], list[datetime]] = defaultdict(list)
    for event in _earlier(installation, "raw.keepa_updates", asins):
        if moment := _fetched(event):
            answers[event["asin"], event["marketplace"]].append(moment)
    found = []
    for asin, newest, seen in told:
        recent = [codes for moment, codes in changed[asin] if newest - ONE_BATCH <= moment <= newest]
        brought = [
            max(moment for moment in answers[asin, code] if moment <= newest) for codes in recent for code in codes
        ]
        found.append((seen - min(brought)).total_seconds())
    return found


def _earlier(installation: Installation, topic: str, asins: list[str]) -> Iterator[dict[str, Any]]:
    for (value,) in installation.rows(_EARLIER, topic, asins):
        yield json.loads(values.unpack(value))


def _fetched(event: dict[str, Any]) -> datetime | None:
    return datetime.fromisoformat(event["fetched_at"]) if event.get("fetched_at") else None


def _asked(installation: Installation, opportunity: str) -> datetime:
    """When the API has answered."""
    address = f"http://{installation.web}/api/v1/arbitrage/{opportunity}"
    with urlopen(address, timeout=30) as response:
        json.load(response)
    return datetime.now(UTC)


if __name__ == "__main__":
    sys.exit(main())
