"""A profile, changed or not, made ready for the kernel; rates are read once a minute and process."""

from datetime import datetime, timedelta
from threading import Lock

from arbitrage.detection.profile_terms import ProfileTerms
from arbitrage.economics.loading import load_rates, profile_of
from arbitrage.economics.rates import InvalidRate, RateBook
from arbitrage.economics.termsheet import terms_table
from arbitrage.lifecycle import Thresholds
from arbitrage.models import SellerProfile

KEEP = timedelta(seconds=60)


class NotPriced(Exception):
    """Nothing can be priced; the message is a sentence that says why and what to do."""


class RateKeeper:
    """The dated rates, read again after a minute."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: tuple[RateBook, datetime] | None = None

    def current(self, now: datetime) -> RateBook:
        """All rates. Raises NotPriced when one is impossible."""
        with self._lock:
            if self._kept is None or not timedelta() <= now - self._kept[1] < KEEP:
                try:
                    self._kept = (load_rates(), now)
                except InvalidRate as error:
                    raise NotPriced(f"A rate cannot be used: {error}. Correct it in the admin.") from error
            return self._kept[0]

    def forget(self) -> None:
        """Read again next time."""
        with self._lock:
            self._kept = None


rate_keeper = RateKeeper()


def terms_of(row: SellerProfile, now: datetime) -> ProfileTerms:
    """What a profile demands and pays on each route for sales on the day of `now`. Raises NotPriced."""
    rates = rate_keeper.current(now)
    try:
        table = terms_table(profile_of(row), rates, now.date())
    except ValueError as error:
        raise NotPriced(str(error)) from error
    thresholds = Thresholds(row.min_roi, row.min_profit)
    return ProfileTerms(row.pk, row.name, row.is_default, row.target_roi, thresholds, table)
