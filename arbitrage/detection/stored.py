"""What is stored about a batch of products before the detector judges them: four reads, whatever their number."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from arbitrage.lifecycle import REOPEN_WITHIN
from arbitrage.models import Opportunity
from products.models import PollTarget, Product
from products.services import BEST_COLUMNS, BestFlip

FlipKey = tuple[str, str, str, int]
"""ASIN, source, target, profile id."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Opportunities that are open or closed within six hours (the open one, else the newest), heats, best flips."""

    rows: dict[FlipKey, Opportunity]
    heats: dict[tuple[str, str], int]
    best: dict[str, BestFlip | None]

    def open_keys(self) -> set[FlipKey]:
        """The flips with an open row."""
        return {key for key, row in self.rows.items() if row.closed_at is None}


def load_stored(asins: Collection[str], now: datetime) -> Stored:
    """Read what is stored about these products."""
    recent = Q(state=Opportunity.State.OPEN) | Q(closed_at__gte=now - REOPEN_WITHIN)
    rows: dict[FlipKey, Opportunity] = {}
    known = Opportunity.objects.select_related("profile").filter(recent, product_id__in=asins)
    for row in sorted(known, key=_age):
        rows[key_of(row)] = row
    heats = PollTarget.objects.filter(product_id__in=asins).values_list("product_id", "marketplace", "heat")
    return Stored(rows, {(asin, code): heat for asin, code, heat in heats}, _best(asins))


def key_of(row: Opportunity) -> FlipKey:
    """The flip of a row."""
    return row.product_id, row.source, row.target, row.profile_id


def _age(row: Opportunity) -> tuple[bool, datetime]:
    """Sorts an open row last, and closed ones by when they closed."""
    return (True, row.opened_at) if row.closed_at is None else (False, row.closed_at)


def _best(asins: Collection[str]) -> dict[str, BestFlip | None]:
    rows = Product.objects.filter(asin__in=asins).values_list("asin", *BEST_COLUMNS)
    return {asin: BestFlip(*values) if values[-1] else None for asin, *values in rows}
