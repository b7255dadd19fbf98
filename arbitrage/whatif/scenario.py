"""A scenario as a value: what differs from a seller profile, and the address that carries it."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from urllib.parse import urlencode

from arbitrage.models import SellerProfile
from arbitrage.whatif.fields import BUY_OFFSET, BY_NAME, FIELDS, SELL_OFFSET
from arbitrage.whatif.kinds import Value, Wrong

PROFILE = "profile"
Errors = dict[str, str]
"""A whole sentence for each parameter that was left out."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Changes of a profile, by name in the order of FIELDS; values are in the profile's own units.

    `profile` is the number of the profile that it begins with, empty for the default one. Offsets are basis points.
    """

    profile: str = ""
    changes: tuple[tuple[str, Value], ...] = ()

    @property
    def buy_offset(self) -> int:
        """By how much every buy price changes, basis points."""
        return self._offset(BUY_OFFSET)

    @property
    def sell_offset(self) -> int:
        """By how much every sale price changes, basis points."""
        return self._offset(SELL_OFFSET)

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters that say it: canonical order, what equals the profile dropped."""
        base = [(PROFILE, self.profile)] if self.profile else []
        return base + [(name, BY_NAME[name].kind.write(value)) for name, value in self.changes]

    def address(self) -> str:
        """The canonical query string; empty when nothing is changed."""
        return written(self.pairs())

    def applied(self, base: SellerProfile) -> SellerProfile:
        """A copy of the profile with the changes in it, which nobody saves."""
        row = copy(base)
        row._state = copy(base._state)
        for name, value in self.changes:
            if BY_NAME[name].in_profile:
                setattr(row, name, BY_NAME[name].kind.for_row(value))
        return row

    def _offset(self, name: str) -> int:
        value = dict(self.changes).get(name, 0)
        return value if isinstance(value, int) else 0


def written(pairs: Sequence[tuple[str, str]]) -> str:
    """A query string; commas and colons stay readable."""
    return urlencode(pairs, safe=",:")


def read_scenario(given: Mapping[str, Sequence[str]], base: SellerProfile) -> tuple[Scenario, Errors]:
    """The scenario that parameters say of a profile, and a sentence for each that is wrong and left out.

    Parameters that are no field are not looked at.
    """
    changes: list[tuple[str, Value]] = []
    errors: Errors = {}
    for field in FIELDS:
        texts = given.get(field.name, ())
        if not texts or not (field.kind.optional or texts[-1].strip()):
            continue
        try:
            value = field.kind.read(texts)
        except Wrong as error:
            errors[field.name] = f"{field.label} {error}"
            continue
        if value != field.of(base):
            changes.append((field.name, value))
    return Scenario("" if base.is_default else str(base.pk), tuple(changes)), errors
