"""The lifetimes of stored opportunities: what counts as an end, and what as going out of sight."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q

from arbitrage.lifecycle import STALE_AFTER
from arbitrage.models import Opportunity
from arbitrage.survival.kaplan_meier import Lifetime

LOOK_BACK = timedelta(days=365)
"""Opportunities that opened earlier say little about how the market moves now."""

ENDS = frozenset(
    {Opportunity.CloseReason.SOURCE_ROSE, Opportunity.CloseReason.TARGET_FELL, Opportunity.CloseReason.OUT_OF_STOCK}
)
"""What ends an opportunity in the market. Other reasons take it out of our sight: prices too old, an input missing,
a profile or a rate that somebody changed."""


class By(StrEnum):
    """How lifetimes are grouped."""

    PAIR = "pair"
    CATEGORY = "category"
    BOTH = "both"


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """What the lifetimes of a curve have in common; empty means any."""

    source: str = ""
    target: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """One opportunity's life in minutes, and where it was."""

    group: Group
    life: Lifetime


def seen_lifetimes(now: datetime, *, profile: int | None = None) -> Iterator[Seen]:
    """The lives of the opportunities that a profile (None: the default one) opened in the last 365 days; one query."""
    whose = Q(profile__is_default=True) if profile is None else Q(profile_id=profile)
    rows = Opportunity.objects.filter(whose, opened_at__gt=now - LOOK_BACK, opened_at__lte=now).values_list(
        "source", "target", "product__category", "close_reason", "opened_at", "closed_at", "evaluated_at"
    )
    for source, target, category, reason, opened, closed, evaluated in rows.iterator(chunk_size=2_000):
        yield Seen(Group(source, target, category), lifetime(opened, closed, reason, evaluated))


def lifetime(opened: datetime, closed: datetime | None, reason: str, evaluated: datetime) -> Lifetime:
    """An opportunity's life in minutes, right-censored unless the market ended it.

    An open one was last seen when it was evaluated. One closed as stale was last seen 24 hours before that: no price
    had come in since.
    """
    until = evaluated if closed is None else closed
    if reason == Opportunity.CloseReason.STALE and closed is not None:
        until = closed - STALE_AFTER
    minutes = int((until - opened).total_seconds() // 60)
    return Lifetime(max(minutes, 0), closed is not None and reason in ENDS)
