"""From Keepa's answer to the opportunity in the API, with all services on and at least 50 listings a second polled.

Every process of Procfile.distributed runs; the simulator answers, the demo's refresh of one minute makes the load. For
each opportunity that is told in the log, the API is asked for it at once: what is counted ends with the API's answer.
"""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

import psycopg

from benchmarks.setting import options, p95, report
from ingestion.eventlog import values
from products.marketplaces import CODES
from tests.faults import proof
from tests.installation import Installation

MOST_SECONDS = 2.0
A_SECOND = 50
PATIENCE = 300.0
LOOK_SECONDS = 0.02
SETTLE_SECONDS = 60.0
"""Of even load before it is measured: a minute is what the demo refreshes in."""
LIVELY = " --rate 20000 --tempo 400"
"""Tokens for the load, and prices that change often enough to tell of some hundred opportunities in a minute."""
_NEWEST = "SELECT coalesce(max(id), 0) FROM ingestion_logrecord"
_TOLD = "SELECT id, value FROM ingestion_logrecord WHERE topic = 'arbitrage.opportunities' AND id > %s ORDER BY id"
_RAW = "SELECT sum(next_offset) FROM ingestion_logpartition WHERE topic = 'raw.keepa_updates'"
_SPREAD = "UPDATE products_polltarget SET due_at = now() + random() * interval '1 minute' RETURNING id"
"""In the demo all listings fall due together; here they come evenly, as the promise says it."""
_LISTINGS = "SELECT count(*) FROM products_listing"


def main() -> int:
    """Load, then watch for a while."""
    arguments = options(__doc__ or "", seconds=60, products=800)
    with Installation("endtoend") as installation:
        installation.manage("collectstatic", "--no-input", "--verbosity", "0")
        installation.prepare(arguments.products)
        installation.commands["simulator"] += LIVELY
        installation.start_all()
        listings = arguments.products * len(CODES)
        proof.wait_until("the first load", lambda: installation.rows(_LISTINGS)[0][0] >= listings, PATIENCE)
        installation.rows(_SPREAD)
        time.sleep(SETTLE_SECONDS)
        proof.caught_up(installation)
        [(before,)], started = installation.rows(_RAW), time.monotonic()
        seconds = _watch(installation, arguments.seconds)
        [(after,)], took = installation.rows(_RAW), time.monotonic() - started
    measured = {
        "listings_a_second": round(float(after - before) / took, 1),
        "opportunities": len(seconds),
        "p50_seconds": round(sorted(seconds)[len(seconds) // 2], 2) if seconds else None,
        "p95_seconds": p95(seconds),
    }
    promise = f"p95 under {MOST_SECONDS:.0f} s at {A_SECOND} listings a second or more"
    passed = bool(seconds) and p95(seconds) < MOST_SECONDS and float(after - before) / took >= A_SECOND
    return report("end_to_end", promise, measured, passed=passed, as_json=arguments.json)


def _watch(installation: Installation, seconds: int) -> list[float]:
    """Seconds from Keepa's answer to the API's, of each opportunity told of what was answered meanwhile.

    After the end it goes on until all that was polled before has been passed: what comes late counts with its delay.
    """
    found, end = [], datetime.now(UTC) + timedelta(seconds=seconds)
    wanted: dict[tuple[str, int], int] = {}
    topics_left = len({topic for topic, _ in proof.ends(installation)})
    with psycopg.connect(installation.database, autocommit=True) as connection:
        [newest] = connection.execute(_NEWEST).fetchone() or [0]
        while topics_left:
            for number, value in connection.execute(_TOLD, [newest]).fetchall():
                newest, event = number, json.loads(values.unpack(value))
                answered = datetime.fromisoformat(event["fetched_at"]) if event.get("fetched_at") else None
                if answered and answered < end:
                    _asked(installation, event["opportunity_id"])
                    found.append((datetime.now(UTC) - answered).total_seconds())
            if datetime.now(UTC) >= end and not (wanted and proof.behind(installation, wanted)):
                topics_left -= 1
                wanted = proof.ends(installation)  # what one topic leads to is in the next
            time.sleep(LOOK_SECONDS)
    return found


def _asked(installation: Installation, opportunity: str) -> None:
    address = f"http://{installation.web}/api/v1/arbitrage/{opportunity}"
    with urlopen(address, timeout=30) as response:
        json.load(response)


if __name__ == "__main__":
    sys.exit(main())
