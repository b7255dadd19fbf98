"""What the detector writes: opportunities, their events, heat and best flips, all in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from arbitrage.models import Opportunity
from ingestion.eventlog.sql import append
from ingestion.events import OpportunityChanged
from ingestion.topics import OPPORTUNITIES
from products import bulk
from products.services import BestFlip, hold, set_best_flips, set_heat, touch

_STORED = [field.attname for field in Opportunity._meta.concrete_fields if not field.primary_key]


@dataclass(frozen=True, slots=True)
class Changes:
    """The outcome of a batch, ready to be written; writing costs a fixed number of statements a hundred rows."""

    rows: Sequence[Opportunity]
    unchanged: Sequence[UUID]
    events: Sequence[OpportunityChanged]
    heats: dict[tuple[str, str], int]
    best: dict[str, BestFlip | None]
    now: datetime

    def write(self) -> None:
        """Insert or update what changed and append the events, which locks the log and so comes last."""
        shown = {row.product_id for row in self.rows}
        hold(shown | self.best.keys())
        rows = ([getattr(row, name) for name in ("id", *_STORED)] for row in self.rows)
        bulk.upsert(Opportunity, ("id", *_STORED), rows, key=("id",), update=_STORED)
        if self.unchanged:
            Opportunity.objects.filter(pk__in=self.unchanged).update(evaluated_at=self.now)
        if self.heats:
            set_heat(self.heats, now=self.now, at_most=timedelta(minutes=settings.KEEPA_REFRESH_MINUTES) / 4)
        touch(shown - set_best_flips(self.best))
        append(OPPORTUNITIES, self.events, now=self.now)
