"""The consumer that turns changed products into opportunities: a thin shell around pricing, lifecycle and score."""

from collections.abc import Sequence
from datetime import datetime

from arbitrage.detection.detector import detect
from arbitrage.detection.profile_terms import CurrentTerms
from arbitrage.detection.triggers import read_triggers
from ingestion.eventlog.base import Record
from ingestion.runner.consumers import Effects
from ingestion.topics import DETECTOR, ENRICHED, Topic


class DetectionConsumer:
    """Reads products.enriched as a wake-up call alone; what it judges are the current listings."""

    group = DETECTOR
    topics: tuple[Topic, ...] = (ENRICHED,)
    batch_size = 500

    def __init__(self) -> None:
        self._terms = CurrentTerms()

    def prepare(self, records: Sequence[Record], now: datetime) -> Effects:
        """Judge the products of the records once each; a fixed number of queries whatever their number."""
        triggers, set_aside = read_triggers(records)
        edited = any(trigger.is_recompute for trigger in triggers.values())
        changes = detect(triggers, self._terms.get(now, edited=edited), now)
        return Effects(write=changes.write, set_aside=set_aside)
