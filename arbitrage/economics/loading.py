"""From rows to values: the only module of the economics that knows the tables."""

from arbitrage.economics.profiles import Profile
from arbitrage.economics.rates import RateBook
from arbitrage.models import SellerProfile


def load_rates() -> RateBook:
    """All dated rates. A handful of queries; load once per batch or page."""
    raise NotImplementedError


def profile_of(row: SellerProfile) -> Profile:
    """A profile's row as a value. Raises ValueError with a sentence when the row names an unknown mode."""
    raise NotImplementedError
