"""Referral rules: which share of the price Amazon takes, by segments of the price (economics.md 3.2)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from arbitrage.economics.missing import InvalidRate

PPM = 1_000_000
_TIER = re.compile(r"(\+?)([0-9]{1,3}(?:\.[0-9]{1,2})?)(?: to ([0-9]{1,7}(?:\.[0-9]{1,2})?))?")
MOST_SEGMENTS = 4
"""The most a rule may have: what the kernel's tables hold."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Prices up to `upto` (minor units, None: all higher ones) pay rate * price + base, both in ppm."""

    upto: int | None
    rate: int
    base: int = 0

    def fee(self, price: int) -> int:
        """The fee of a price in this segment, minor units, half-up."""
        return (2 * (price * self.rate + self.base) + PPM) // (2 * PPM)


@dataclass(frozen=True, slots=True)
class ReferralRule:
    """The rule of a fee category in a currency: segments in rising order, the last without an end."""

    category: str
    segments: tuple[Segment, ...]
    valid_from: date = date.min
    source: str = ""
    confidence: str = "H"

    def place(self, price: int) -> int:
        """The number of the segment in which a price lies."""
        return next(n for n, part in enumerate(self.segments) if part.upto is None or price <= part.upto)

    def fee(self, price: int) -> int:
        """The fee of a price, minor units, before the least fee."""
        return self.segments[self.place(price)].fee(price)

    @property
    def is_flat(self) -> bool:
        """Whether one rate holds for every price."""
        return len(self.segments) == 1


def parse_tiers(text: str) -> tuple[Segment, ...]:
    """Read "8 to 20; 15" (percent; on the whole price) or "15 to 50; +9" (+: on the slice above the last border).

    Raises InvalidRate with a sentence.
    """
    segments = tuple(_segments(text))
    if not segments or segments[-1].upto is not None:
        raise InvalidRate(f'"{text}" must end with a percentage for all higher prices')
    if len(segments) > MOST_SEGMENTS:
        raise InvalidRate(f'"{text}" has more than {MOST_SEGMENTS} tiers')
    return segments


def _segments(text: str) -> Iterator[Segment]:
    before: Segment | None = None
    for part in text.split(";"):
        found = _TIER.fullmatch(part.strip())
        if found is None or (before is not None and before.upto is None):
            raise InvalidRate(f'"{text}" is no referral rule; write "8 to 20; 15" or "15 to 50; +9"')
        sliced, percent, border = found.groups()
        rate, upto = int(Decimal(percent) * 10_000), int(Decimal(border) * 100) if border else None
        if rate > PPM or (sliced and before is None):
            raise InvalidRate(f'"{text}": {part.strip()} is above 100 %, or a slice of nothing')
        if before is not None and upto is not None and upto <= (before.upto or 0):
            raise InvalidRate(f'"{text}": the borders must rise')
        before = Segment(upto, rate, _base(before, rate) if sliced and before else 0)
        yield before


def _base(before: Segment, rate: int) -> int:
    """What the slices below add to this rate of the whole price."""
    return before.base + (before.rate - rate) * (before.upto or 0)


def borders(rule: ReferralRule | None, minimum: int, flat: int) -> Sequence[int]:
    """The prices after which the referral fee follows another line: tiers, and where the least fee is passed.

    `flat` is the rate (ppm) that counts without a rule.
    """
    parts = rule.segments if rule else (Segment(None, flat),)
    found = {part.upto for part in parts if part.upto is not None}
    for part in parts:
        if part.rate and minimum * PPM > part.base:
            found.add((minimum * PPM - part.base) // part.rate)
    return sorted(found)
