"""Turnover limits of a seller's tax treatment, and a word before they are passed (economics.md 1.4)."""

from collections.abc import Iterator
from dataclasses import dataclass

from arbitrage.economics.profiles import Profile, Regime, Turnover
from arbitrage.economics.wording import money
from products.marketplaces import MARKETPLACES

NEAR_PERCENT = 80
"""From this share of a limit on a seller is warned."""
CROSS_BORDER = 1_000_000
"""Sales to consumers in other member states, all together, up to which the home VAT may be charged: EUR 10,000."""
EU_SCHEME = 10_000_000
"""Turnover in the whole EU up to which the small business scheme holds abroad: EUR 100,000."""


@dataclass(frozen=True, slots=True)
class SmallBusinessLimits:
    """Domestic turnover of a small business, EUR cents: of the year before, and of this year until it ends at once."""

    prior: int
    current: int


SMALL_BUSINESS = {"DE": SmallBusinessLimits(prior=2_500_000, current=10_000_000)}
"""Limits by country; those of other countries are not known here, and a profile from there is told so."""


def passed(profile: Profile) -> Iterator[str]:
    """The limits that a profile's stated turnover has passed, so that its tax treatment no longer holds."""
    yield from (f"{name} of {_euro(limit)}" for name, value, limit in _limits(profile) if value > limit)


def warnings(profile: Profile) -> tuple[str, ...]:
    """Sentences for the pages on which a profile is used; none where nothing is near."""
    return tuple(_warnings(profile))


def _warnings(profile: Profile) -> Iterator[str]:
    for name, value, limit in _limits(profile):
        if value > limit:
            yield f"{name} of {_euro(limit)} is passed with {_euro(value)}."
        elif value * 100 >= limit * NEAR_PERCENT:
            yield f"{name} of {_euro(limit)} is near: {_euro(value)} so far."
    if profile.regime is Regime.SMALL_BUSINESS:
        yield from _unknown(profile)


def _unknown(profile: Profile) -> Iterator[str]:
    turnover = profile.turnover
    if profile.country not in SMALL_BUSINESS:
        yield f"The turnover limits of a small business in {profile.country} are not known here."
    elif turnover.prior is None or turnover.current is None:
        yield f"The profile {profile.name} does not say its turnover, so the small business limits are not watched."


def _limits(profile: Profile) -> Iterator[tuple[str, int, int]]:
    """(name, turnover, limit) of each limit that binds the profile and whose turnover is stated; EUR cents."""
    turnover = profile.turnover
    if profile.regime is Regime.SMALL_BUSINESS:
        yield from _small_business(profile, turnover)
    elif not profile.uses_oss and _in_eu(profile.country) and turnover.abroad is not None:
        yield "The limit for home VAT on sales to other member states", turnover.abroad, CROSS_BORDER


def _small_business(profile: Profile, turnover: Turnover) -> Iterator[tuple[str, int, int]]:
    limits = SMALL_BUSINESS.get(profile.country)
    if limits and turnover.prior is not None:
        yield f"The small business limit in {profile.country} for last year", turnover.prior, limits.prior
    if limits and turnover.current is not None:
        yield f"The small business limit in {profile.country} for this year", turnover.current, limits.current
    if profile.eu_small_business and turnover.current is not None:
        total = turnover.current + (turnover.abroad or 0)
        yield "The limit of the EU small business scheme", total, EU_SCHEME
    elif not profile.uses_oss and turnover.abroad is not None and _in_eu(profile.country):
        yield "The limit for home VAT on sales to other member states", turnover.abroad, CROSS_BORDER


def _in_eu(country: str) -> bool:
    marketplace = MARKETPLACES.get(country)
    return marketplace is None or marketplace.in_eu


def _euro(cents: int) -> str:
    return money(cents, "EUR")
