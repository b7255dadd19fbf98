"""Which products a batch of records wakes the detector for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ingestion.errors import InvalidRecord
from ingestion.eventlog.base import Record
from ingestion.events import ProductEnriched, decode

Aside = tuple[Record, InvalidRecord]


@dataclass(frozen=True, slots=True)
class Trigger:
    """Why a product is looked at: the newest record about it, and when Keepa's answer behind it arrived."""

    record: Record
    fetched_at: datetime | None
    is_recompute: bool


def read_triggers(records: Sequence[Record]) -> tuple[dict[str, Trigger], list[Aside]]:
    """One trigger per product, by ASIN, and the records that cannot be read."""
    triggers: dict[str, Trigger] = {}
    set_aside: list[Aside] = []
    for record in records:
        try:
            event = decode(ProductEnriched, record.value)
        except InvalidRecord as error:
            set_aside.append((record, error))
            continue
        triggers[event.asin] = _merged(triggers.get(event.asin), record, event)
    return triggers, set_aside


def _merged(earlier: Trigger | None, record: Record, event: ProductEnriched) -> Trigger:
    recompute = event.cause == "recompute"
    if earlier is None:
        return Trigger(record, event.fetched_at, recompute)
    return Trigger(record, event.fetched_at or earlier.fetched_at, recompute or earlier.is_recompute)
