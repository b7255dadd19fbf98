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


@dataclass(frozen=True, slots=True)
class _Limit:
    """A limit that binds a profile, EUR cents. `is_abroad`: only for sales to other member states."""

    name: str
    turnover: int
    limit: int
    is_abroad: bool = False

    def is_passed(self, *, abroad: bool) -> bool:
        return self.turnover > self.limit and (abroad or not self.is_abroad)


SMALL_BUSINESS = {"DE": SmallBusinessLimits(prior=2_500_000, current=10_000_000)}
"""Limits by country; those of other countries are not known here, and a profile from there is told so."""


def passed(profile: Profile, *, abroad: bool) -> Iterator[str]:
    """The limits that a profile's stated turnover has passed, so that its tax treatment no longer holds.

    `abroad`: for sales to another member state; otherwise only limits of the sales at home count.
    """
    yield from (f"{each.name} of {_euro(each.limit)}" for each in _limits(profile) if each.is_passed(abroad=abroad))


def warnings(profile: Profile) -> tuple[str, ...]:
    """Sentences for the pages on which a profile is used; none where nothing is near."""
    return tuple(_warnings(profile))


def _warnings(profile: Profile) -> Iterator[str]:
    for each in _limits(profile):
        name = f"{each.name[0].upper()}{each.name[1:]} of {_euro(each.limit)}"
        if each.turnover > each.limit:
            yield f"{name} is passed with {_euro(each.turnover)}."
        elif each.turnover * 100 >= each.limit * NEAR_PERCENT:
            yield f"{name} is near: {_euro(each.turnover)} so far."
    if profile.regime is Regime.SMALL_BUSINESS:
        yield from _unknown(profile)


def _unknown(profile: Profile) -> Iterator[str]:
    turnover = profile.turnover
    if profile.country not in SMALL_BUSINESS:
        yield f"The turnover limits of a small business in {profile.country} are not known here."
    elif turnover.prior is None or turnover.current is None:
        yield f"The profile {profile.name} does not say its turnover, so the small business limits are not watched."


def _limits(profile: Profile) -> Iterator[_Limit]:
    """The limits that bind the profile and whose turnover is stated."""
    if profile.regime is Regime.SMALL_BUSINESS:
        yield from _small_business(profile, profile.turnover)
    by_origin = not (profile.uses_oss or profile.eu_small_business or profile.regime is Regime.MARGIN_SCHEME)
    if by_origin and _in_eu(profile.country) and profile.turnover.abroad is not None:
        name = "the limit for home VAT on sales to other member states"
        yield _Limit(name, profile.turnover.abroad, CROSS_BORDER, is_abroad=True)


def _small_business(profile: Profile, turnover: Turnover) -> Iterator[_Limit]:
    limits, name = SMALL_BUSINESS.get(profile.country), f"the small business limit in {profile.country}"
    if limits and turnover.prior is not None:
        yield _Limit(f"{name} for last year", turnover.prior, limits.prior)
    if limits and turnover.current is not None:
        yield _Limit(f"{name} for this year", turnover.current, limits.current)
    if profile.eu_small_business and turnover.current is not None:
        total = turnover.current + (turnover.abroad or 0)
        yield _Limit("the limit of the EU small business scheme", total, EU_SCHEME, is_abroad=True)


def _in_eu(country: str) -> bool:
    marketplace = MARKETPLACES.get(country)
    return marketplace is None or marketplace.in_eu


def _euro(cents: int) -> str:
    return money(cents, "EUR")
