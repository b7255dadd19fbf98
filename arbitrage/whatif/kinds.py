"""How one field of a scenario is written in an address, read back, and kept in a profile's row."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from arbitrage.economics.profiles import PurchaseVat
from products.marketplaces import CODES

Value = int | str | bool | tuple[str, ...] | None
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,6})?", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
_PLACES: dict[str, int] = {code: place for place, code in enumerate(CODES)}
_WORDS = {True: "yes", False: "no"}


class Wrong(ValueError):
    """A text that is no value of its field; the message completes "<label> ..."."""


class Kind(Protocol):
    """One kind of field. A value read from what was written is the same value."""

    @property
    def optional(self) -> bool:
        """Whether an empty text is a value of its own instead of "not given"."""
        ...

    def read(self, texts: Sequence[str]) -> Value:
        """The value of a parameter, which may be given more than once. Raises Wrong."""
        ...

    def write(self, value: Value) -> str:
        """The text of a value."""
        ...

    def of_row(self, stored: object) -> Value:
        """The value that a profile's row holds."""
        ...

    def for_row(self, value: Value) -> object:
        """What a profile's row keeps of a value."""
        ...


@dataclass(frozen=True, slots=True)
class Number:
    """An amount or a share, written in EUR or percent with a point and kept as a whole number of its last place.

    `places` is 2 for cents and basis points, 4 for parts per million in percent; `least` and `most` are whole numbers
    too. `optional`: empty means unknown.
    """

    unit: str
    places: int
    least: int
    most: int
    optional: bool = False

    def read(self, texts: Sequence[str]) -> Value:
        text = texts[-1].strip()
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise Wrong(f'is "{text[:40]}", which is no number; write it as 1.50.')
        exact = Decimal(text).scaleb(self.places)
        value = int(exact)
        if value != exact:
            raise Wrong(f"is {text}; at most {self.places} digits after the point count.")
        if not self.least <= value <= self.most:
            lowest, highest = self.write(self.least), self.write(self.most)
            raise Wrong(f"is {text} {self.unit}; it must be between {lowest} and {highest} {self.unit}.")
        return value

    def write(self, value: Value) -> str:
        if value is None:
            return ""
        text = f"{Decimal(int(str(value))).scaleb(-self.places):f}"
        return text.rstrip("0").rstrip(".") if "." in text else text

    def of_row(self, stored: object) -> Value:
        return stored if isinstance(stored, int) else None

    def for_row(self, value: Value) -> object:
        return value


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    choices: tuple[tuple[str, str], ...]
    optional: bool = False

    def read(self, texts: Sequence[str]) -> Value:
        word = texts[-1].strip().upper()
        if word not in dict(self.choices):
            raise Wrong(f'is "{word[:40]}"; choose from {", ".join(dict(self.choices))}.')
        return word

    def write(self, value: Value) -> str:
        return str(value)

    def of_row(self, stored: object) -> Value:
        return str(stored)

    def for_row(self, value: Value) -> object:
        return value


@dataclass(frozen=True, slots=True)
class Switch:
    """Yes or no."""

    optional: bool = False

    def read(self, texts: Sequence[str]) -> Value:
        word = texts[-1].strip().lower()
        if word not in _WORDS.values():
            raise Wrong(f'is "{word[:40]}"; write yes or no.')
        return word == _WORDS[True]

    def write(self, value: Value) -> str:
        return _WORDS[bool(value)]

    def of_row(self, stored: object) -> Value:
        return bool(stored)

    def for_row(self, value: Value) -> object:
        return value


@dataclass(frozen=True, slots=True)
class Country:
    """A country by its two letters; GB is our UK."""

    optional: bool = False

    def read(self, texts: Sequence[str]) -> Value:
        return _country(texts[-1])

    def write(self, value: Value) -> str:
        return str(value)

    def of_row(self, stored: object) -> Value:
        return _plain(stored)

    def for_row(self, value: Value) -> object:
        return value


@dataclass(frozen=True, slots=True)
class Countries:
    """Any number of countries: DE,FR, or the parameter repeated. Empty means none."""

    optional: bool = True

    def read(self, texts: Sequence[str]) -> Value:
        return _in_order(_country(part) for part in _parts(texts))

    def write(self, value: Value) -> str:
        return ",".join(_words(value))

    def of_row(self, stored: object) -> Value:
        return _in_order(map(_plain, stored)) if isinstance(stored, list) else ()

    def for_row(self, value: Value) -> object:
        return list(_words(value))


@dataclass(frozen=True, slots=True)
class PurchaseModes:
    """The purchase VAT of sources that differ from the route's rule: IT:NET_INTRA_EU,FR:PRIVATE_NO_VAT."""

    optional: bool = True

    def read(self, texts: Sequence[str]) -> Value:
        modes = {}
        for part in _parts(texts):
            code, _, mode = part.strip().upper().partition(":")
            if code not in CODES or mode not in set(PurchaseVat):
                raise Wrong(f'has "{part[:40]}"; write one of {", ".join(CODES)}, a colon, and a purchase VAT.')
            modes[code] = mode
        return _in_order(f"{code}:{mode}" for code, mode in modes.items())

    def write(self, value: Value) -> str:
        return ",".join(_words(value))

    def of_row(self, stored: object) -> Value:
        if not isinstance(stored, dict):
            return ()
        return _in_order(f"{_plain(code)}:{mode}" for code, mode in stored.items())

    def for_row(self, value: Value) -> object:
        return dict(entry.split(":", 1) for entry in _words(value))


def _parts(texts: Sequence[str]) -> list[str]:
    return [part for text in texts for part in text.split(",") if part.strip()]


def _words(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _in_order(words: Iterable[str]) -> tuple[str, ...]:
    """Each once, our marketplaces first and in their order."""
    return tuple(sorted(set(words), key=lambda word: (_PLACES.get(word[:2], len(CODES)), word)))


def _country(text: str) -> str:
    code = _plain(text)
    if not _COUNTRY.fullmatch(code):
        raise Wrong(f'has "{code[:40]}"; write a country with two letters, for example DE.')
    return code


def _plain(stored: object) -> str:
    code = str(stored).strip().upper()
    return "UK" if code == "GB" else code
