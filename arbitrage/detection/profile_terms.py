"""What every enabled profile demands and pays on each route today, loaded once and kept for a minute."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog

from arbitrage.economics.loading import load_rates, profile_of
from arbitrage.economics.overrides import RouteTerms
from arbitrage.economics.profiles import UnusableProfile
from arbitrage.economics.rates import InvalidRate, RateBook
from arbitrage.lifecycle import Thresholds
from arbitrage.models import SellerProfile
from ingestion.errors import ConsumerStopped

log = structlog.get_logger(__name__)
KEEP = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class ProfileTerms:
    """A profile ready for the kernel. `target_roi` (basis points) is for the maximum buy price."""

    id: int
    name: str
    is_default: bool
    target_roi: int
    thresholds: Thresholds
    routes: RouteTerms


class CurrentTerms:
    """The terms of all enabled profiles, the default one first.

    Read again after a minute, on a new day, and whenever the caller knows that something may have been edited.
    """

    def __init__(self) -> None:
        self._loaded: Sequence[ProfileTerms] = ()
        self._loaded_at: datetime | None = None

    def get(self, now: datetime, *, edited: bool = False) -> Sequence[ProfileTerms]:
        """The terms for sales on the day of `now`."""
        loaded_at = self._loaded_at
        if edited or loaded_at is None or now.date() != loaded_at.date() or not timedelta() <= now - loaded_at < KEEP:
            self._loaded, self._loaded_at = load(now), now
        return self._loaded


def load(now: datetime) -> list[ProfileTerms]:
    """Read profiles and rates. A profile that names something unknown is left out and its fault logged.

    Raises ConsumerStopped when a rate is impossible: nothing could be priced by it.
    """
    try:
        rates = load_rates()
    except InvalidRate as error:
        raise ConsumerStopped(f"A rate cannot be used: {error}. Correct it in the admin.") from error
    loaded = []
    for row in SellerProfile.objects.filter(enabled=True).order_by("-is_default", "pk"):
        try:
            loaded.append(terms_of(row, rates, now.date()))
        except UnusableProfile as error:
            log.warning("profile_unusable", profile=row.name, reason=str(error))
    return loaded


def terms_of(row: SellerProfile, rates: RateBook, on: date) -> ProfileTerms:
    """What a profile demands and pays on each route for sales on a day. Raises UnusableProfile."""
    routes = RouteTerms(profile_of(row), rates, on)
    return ProfileTerms(
        row.pk, row.name, row.is_default, row.target_roi, Thresholds(row.min_roi, row.min_profit), routes
    )
