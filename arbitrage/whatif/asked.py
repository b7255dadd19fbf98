"""What a reader asks of the list: a scenario and how to show it. Page, API and command read it here alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from arbitrage.models import SellerProfile
from arbitrage.whatif.fields import FIELDS
from arbitrage.whatif.scenario import PROFILE, Errors, Scenario, read_scenario, written
from products.marketplaces import CODES

SHOWN = {
    "qualify": "flips that qualify",
    "new": "flips that newly qualify",
    "lost": "flips that no longer qualify",
    "all": "every flip that can be priced",
}
SORTS = {
    "net": "net profit",
    "roi": "ROI",
    "change": "change of the net profit",
    "pay": "room to pay more",
    "fall": "room for the price to fall",
}
LAST_PAGE = 10_000


class NoProfile(Exception):
    """There is no seller profile to begin with; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which flips of the list, in which order (always the largest first), and which page from 1."""

    source: str = ""
    target: str = ""
    show: str = "qualify"
    sort: str = "net"
    page: int = 1

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters that say it, defaults dropped."""
        pairs = [(field.name, getattr(self, field.name), field.default) for field in fields(self)]
        return [(name, str(value)) for name, value, default in pairs if value != default]


@dataclass(frozen=True, slots=True)
class Asked:
    """`base` is the profile that the scenario changes, one of `profiles`, the enabled ones with the default first.

    `errors` has a sentence for each parameter left out.
    """

    profiles: Sequence[SellerProfile]
    base: SellerProfile
    scenario: Scenario
    filters: Filters
    errors: Errors

    def address(self, **changes: Any) -> str:
        """The canonical query string, with some filters changed."""
        return written([*self.scenario.pairs(), *replace(self.filters, **changes).pairs()])


KNOWN = (PROFILE, *(field.name for field in FIELDS), *(field.name for field in fields(Filters)))


def read_asked(given: Mapping[str, Sequence[str]]) -> Asked:
    """Read parameters, each a list of texts of which the last counts. One query.

    Raises NoProfile where there is none at all.
    """
    errors = {name[:60]: _unknown(name) for name in sorted(set(given) - set(KNOWN))[:20]}
    profiles = list(SellerProfile.objects.filter(enabled=True).order_by("-is_default", "name"))
    base = _base(profiles, given, errors)
    scenario, wrong = read_scenario(given, base)
    filters = _filters({name: texts[-1].strip() for name, texts in given.items() if texts}, errors)
    return Asked(profiles, base, scenario, filters, {**errors, **wrong})


def _unknown(name: str) -> str:
    return f"{name[:60]} is no field of a scenario; there are: {', '.join(KNOWN)}."


def _base(profiles: Sequence[SellerProfile], given: Mapping[str, Sequence[str]], errors: Errors) -> SellerProfile:
    if not profiles:
        raise NoProfile("There is no seller profile, so no flip can be priced. Add one under administration.")
    rows = {str(row.pk): row for row in profiles}
    number = (given.get(PROFILE) or [""])[-1].strip()
    if number and number not in rows:
        errors[PROFILE] = f"There is no seller profile {number[:20]}; the default one is taken."
    return rows.get(number) or profiles[0]


def _filters(given: Mapping[str, str], errors: Errors) -> Filters:
    found: dict[str, Any] = {}
    for name, known in {"source": CODES, "target": CODES, "show": tuple(SHOWN), "sort": tuple(SORTS)}.items():
        text = given.get(name, "")
        if text in known:
            found[name] = text
        elif text:
            errors[name] = f"{name} is {text[:40]}; choose from {', '.join(known)}."
    number = given.get("page", "")
    if number.isascii() and number.isdecimal() and len(number) < 7 and 1 <= int(number) <= LAST_PAGE:
        found["page"] = int(number)
    elif number:
        errors["page"] = f"page is {number[:40]}; it must be between 1 and {LAST_PAGE}."
    return Filters(**found)
