"""Whether an installation goes on: proofs that compare what is there say nothing once nobody adds to it."""

from dataclasses import dataclass

from tests.faults.proof import Unproved, asked, ends, wait_until
from tests.installation import Installation

RAW = "raw.keepa_updates"
RAW_RECORDS = 10
HURRIED = 150
QUEUES = ("poll", "default", "slow")

# Rows are told apart by their ids: beats whose clocks are off write times that say nothing about when.
_NEWEST_SLOT = "SELECT COALESCE(max(id), 0) FROM arbitrage_site_beatslot"
_SHIPPED = """
SELECT topic, partition, next_offset FROM ingestion_relayposition WHERE cluster = (
    SELECT cluster FROM ingestion_relayposition ORDER BY saved_at DESC NULLS LAST LIMIT 1
)
"""
# In the demo all listings fall due together, once a minute. Rows that a worker has in hand are left to it.
_HURRY = """
UPDATE products_polltarget SET due_at = now() WHERE id IN (
    SELECT id FROM products_polltarget WHERE due_at > now() AND lease = '' AND source_minute IS NOT NULL
    ORDER BY random() LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""
# On both sides of now: a row that a fast clock left behind would else look fresh for as long as it was fast.
_UNSERVED = """
SELECT queue FROM unnest(%s::text[]) AS queue WHERE NOT EXISTS (
    SELECT FROM arbitrage_site_workerseen WHERE queues @> to_jsonb(queue)
    AND seen_at BETWEEN now() - interval '45 seconds' AND now() + interval '45 seconds'
)
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """How far everything was: the ends of the log by topic and partition, and the id of beat's newest firing."""

    ends: dict[tuple[str, int], int]
    slot: int

    @property
    def raw(self) -> int:
        """Raw records that were appended so far."""
        return sum(end for (topic, _), end in self.ends.items() if topic == RAW)


def moment(installation: Installation) -> Moment:
    """How far it is now."""
    return Moment(ends(installation), asked(installation, _NEWEST_SLOT)[0][0])


def hurry(installation: Installation) -> None:
    """Have some listings fall due now, so that there is load at this moment, and not just once a minute."""
    asked(installation, _HURRY, HURRIED)


def goes_on(installation: Installation, since: Moment) -> None:
    """Wait until Keepa was asked, beat has fired and the relay has shipped all that was there, since this moment."""
    hurry(installation)
    wait_until(
        f"appending {RAW_RECORDS} more records to {RAW}",
        lambda: moment(installation).raw >= since.raw + RAW_RECORDS,
    )
    wait_until("another firing of beat", lambda: moment(installation).slot > since.slot)
    try:
        wait_until("shipping the log to Kafka", lambda: not _unshipped(installation, since))
    except Unproved as error:
        raise Unproved(f"{error}: {_unshipped(installation, since)} records are not there") from None


def _unshipped(installation: Installation, since: Moment) -> int:
    shipped = {(topic, partition): end for topic, partition, end in asked(installation, _SHIPPED)}
    return sum(max(0, end - shipped.get(place, 0)) for place, end in since.ends.items())


def served(installation: Installation) -> None:
    """Wait until each queue has a worker that said so lately."""
    wait_until("a sign of life of workers on all queues", lambda: not asked(installation, _UNSERVED, list(QUEUES)))
