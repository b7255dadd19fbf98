"""A profile, changed or not, made ready for the kernel; rates are read once a minute and process."""

from datetime import datetime, timedelta
from threading import Lock
from uuid import UUID

from arbitrage.detection import profile_terms
from arbitrage.detection.profile_terms import ProfileTerms
from arbitrage.economics.loading import load_rates
from arbitrage.economics.profiles import UnusableProfile
from arbitrage.economics.rates import InvalidRate, RateBook
from arbitrage.models import SellerProfile, TablesStamp

KEEP = timedelta(seconds=60)


class NotPriced(Exception):
    """Nothing can be priced; the message is a sentence that says why and what to do."""


class RateKeeper:
    """The dated rates, read again after a minute, and at once when a fee table changed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: tuple[RateBook, datetime, UUID | None] | None = None

    def current(self, now: datetime) -> RateBook:
        """All rates; one query while they are kept. Raises NotPriced when one is impossible."""
        tables = TablesStamp.objects.values_list("value", flat=True).first()
        with self._lock:
            kept = self._kept
            if kept is None or kept[2] != tables or not timedelta() <= now - kept[1] < KEEP:
                kept = self._kept = (_read(), now, tables)
            return kept[0]

    def forget(self) -> None:
        """Read again next time."""
        with self._lock:
            self._kept = None


def _read() -> RateBook:
    try:
        return load_rates()
    except InvalidRate as error:
        raise NotPriced(f"A rate cannot be used: {error}. Correct it in the admin.") from error


rate_keeper = RateKeeper()


def terms_of(row: SellerProfile, rates: RateBook, now: datetime) -> ProfileTerms:
    """What a profile demands and pays on each route for sales on the day of `now`. Raises NotPriced."""
    try:
        return profile_terms.terms_of(row, rates, now.date())
    except UnusableProfile as error:
        raise NotPriced(str(error)) from error
