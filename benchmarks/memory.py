"""Resident memory of the consumer after 100,000 records, against that after 10,000."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.setting import install, options, report

if TYPE_CHECKING:
    from ingestion.eventlog.base import Record

MOST_MB = 20.0
LISTINGS = 10_000


def resident() -> dict[str, float]:
    """MB that this process holds: its own, and of files that are mapped, which are mostly pages of the database."""
    lines = (line.split() for line in Path("/proc/self/status").read_text().splitlines())
    kilobytes = {line[0]: int(line[1]) for line in lines if line[0] in ("RssAnon:", "RssFile:")}
    return {"own": kilobytes["RssAnon:"] / 1024, "mapped": kilobytes["RssFile:"] / 1024}


def main() -> int:
    """The first 10,000 records make 10,000 listings; each further 10,000 are an hour later and change them all."""
    arguments = options(__doc__ or "", records=100_000)
    install()
    from benchmarks.records import records

    consume(records(LISTINGS))
    before = resident()
    for hour in range(1, arguments.records // LISTINGS):
        consume(records(LISTINGS, first_offset=hour * LISTINGS, later=True, hours=hour))
    after = resident()
    growth = sum(after.values()) - sum(before.values())
    measured = {
        "records": arguments.records,
        "mb_after_10000": round(before["own"], 1),
        "mb_at_the_end": round(after["own"], 1),
        "mapped_mb_after_10000": round(before["mapped"], 1),
        "mapped_mb_at_the_end": round(after["mapped"], 1),
        "growth_mb": round(growth, 1),
    }
    promise = f"at most {MOST_MB} MB more"
    return report("memory", promise, measured, passed=growth <= MOST_MB, as_json=arguments.json)


def consume(records: "Iterable[Record]") -> None:
    """Pass records in the consumer's batches, each in a transaction."""
    from django.db import transaction

    from ingestion.enrichment import EnrichmentConsumer

    consumer = EnrichmentConsumer()
    waiting = iter(records)
    while batch := list(islice(waiting, consumer.batch_size)):
        effects = consumer.prepare(batch, datetime.now(UTC))
        assert not effects.set_aside, effects.set_aside[0][1]
        with transaction.atomic():
            effects.write()


if __name__ == "__main__":
    sys.exit(main())
