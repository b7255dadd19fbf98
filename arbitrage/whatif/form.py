"""The editor of a scenario as templates draw it: each field with its value, its limits and what the profile says."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from arbitrage.economics.profiles import PurchaseVat
from arbitrage.models import SellerProfile
from arbitrage.whatif.asked import Asked
from arbitrage.whatif.fields import FIELDS, Field
from arbitrage.whatif.kinds import Choice, Countries, Number, PurchaseModes, Switch, Value
from products.marketplaces import CODES

Option = tuple[str, str, bool]
"""Value, label, and whether it is chosen."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One field. `widget` is number, choice, ticks, modes or text; `said` is the profile's value where it differs.

    `empty` says what leaving a number out means.
    """

    name: str
    label: str
    widget: str
    text: str
    unit: str = ""
    step: str = ""
    least: str = ""
    most: str = ""
    options: Sequence[Option] = ()
    rows: Sequence[tuple[str, Sequence[Option]]] = ()
    said: str | None = None
    empty: str = "unknown"


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one title; `changed` of them differ from the profile."""

    title: str
    fields: Sequence[Drawn]

    @property
    def changed(self) -> int:
        """How many fields differ from the profile."""
        return sum(field.said is not None for field in self.fields)


def drawn(asked: Asked) -> list[Group]:
    """The whole editor, in groups."""
    values = dict(asked.scenario.changes)
    ordered = sorted(FIELDS, key=lambda field: _GROUPS.index(field.group))
    return [
        Group(title, [_drawn(field, asked.base, values) for field in fields])
        for title, fields in groupby(ordered, key=lambda field: field.group)
    ]


_GROUPS = list(dict.fromkeys(field.group for field in FIELDS))


def _drawn(field: Field, base: SellerProfile, values: dict[str, Value]) -> Drawn:
    value = values.get(field.name, field.of(base))
    kind, text = field.kind, field.kind.write(value)
    said = (kind.write(field.of(base)) or field.empty or "nothing") if field.name in values else None
    if isinstance(kind, Number):
        said = _full(kind, said) if said else None
        step, least, most = (kind.write(number) for number in (1, kind.least, kind.most))
        shown, empty = _full(kind, text), field.empty or "unknown"
        return Drawn(field.name, field.label, "number", shown, kind.unit, step, least, most, said=said, empty=empty)
    if isinstance(kind, PurchaseModes):
        return Drawn(field.name, field.label, "modes", text, rows=_modes(value), said=said)
    options = _options(kind, value)
    widget = "ticks" if isinstance(kind, Countries) else "choice" if options else "text"
    return Drawn(field.name, field.label, widget, text, options=options, said=said)


def _full(kind: Number, text: str) -> str:
    """Amounts with both digits of the cents."""
    return f"{Decimal(text):.2f}" if text[:1].isdigit() and kind.unit == "EUR" else text


def _options(kind: object, value: Value) -> list[Option]:
    if isinstance(kind, Choice):
        return [(word, label, word == value) for word, label in kind.choices]
    if isinstance(kind, Switch):
        return [("yes", "yes", bool(value)), ("no", "no", not value)]
    if isinstance(kind, Countries) and isinstance(value, tuple):
        return [(code, code, code in value) for code in dict.fromkeys((*CODES, *value))]
    return []


def _modes(value: Value) -> list[tuple[str, list[Option]]]:
    """For each source: the rule of the route, or one mode."""
    chosen = set(value) if isinstance(value, tuple) else set()
    rows: list[tuple[str, list[Option]]] = []
    for code in CODES:
        modes = [(f"{code}:{mode}", mode.replace("_", " ").lower()) for mode in PurchaseVat]
        options = [(word, label, word in chosen) for word, label in modes]
        rows.append((code, [("", "rule of the route", not any(is_chosen for *_, is_chosen in options)), *options]))
    return rows
