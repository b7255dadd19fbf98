"""Dated rates as a frozen value object: VAT, exchange rates, Amazon's surcharges (economics.md 2, 3.3, 4).

Rates are parts per million (ppm), so 19 % is 190000. A lookup answers with the rate and its source, or with what
is missing; it never guesses and never reads a later row for an earlier day.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from arbitrage.economics.missing import InvalidRate as InvalidRate  # part of this module's names
from arbitrage.economics.missing import Missing
from arbitrage.economics.tables import FeeTables

PPM = 1_000_000
FRESH_DAYS = 5
STANDARD = "standard"
EURO = "EUR"
FUEL = "fuel"
DIGITAL_SERVICES = "digital_services"
DUTY = "duty"
RETURNS = "returns"
DOUBTFUL = frozenset({"L", "?"})
"""Confidence marks that make an estimate: general knowledge; not found, or sources in conflict."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate in ppm, the days on which it holds (both inclusive), and who says so."""

    ppm: int
    valid_from: date
    source: str
    valid_to: date | None = None
    on_fulfilment: bool = False
    confidence: str = "H"

    def __post_init__(self) -> None:
        if not 0 <= self.ppm <= PPM:
            raise InvalidRate(f"a rate of {self.ppm} ppm is not between 0 and 100 %")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise InvalidRate(f"a rate from {self.valid_from} cannot end on {self.valid_to}")

    def holds(self, on: date) -> bool:
        """Whether this rate applies on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    @property
    def is_doubtful(self) -> bool:
        """Whether it is general knowledge at best, or sources are in conflict; its use makes an estimate."""
        return self.confidence in DOUBTFUL


@dataclass(frozen=True, slots=True)
class Fixing:
    """Units of a currency for one euro, as fixed on a day."""

    currency: str
    day: date
    rate: Decimal
    source: str

    def __post_init__(self) -> None:
        if not self.rate.is_finite() or self.rate <= 0:
            raise InvalidRate(f"an exchange rate of {self.rate} on {self.day} is not positive")


@dataclass(frozen=True, slots=True)
class Conversion:
    """How an amount of `origin` becomes one of `currency`: times numerator / denominator, an exact fraction.

    Both currencies have hundredths as minor units, so the fraction holds for minor units too. `day` is the fixing's;
    `age` its days before the sale. Within one currency the fraction is 1 and there is no day.
    """

    origin: str
    currency: str
    numerator: int = 1
    denominator: int = 1
    day: date | None = None
    age: int = 0
    source: str = ""

    @property
    def is_stale(self) -> bool:
        """Older than five days; exactly five is fresh (a long Easter weekend)."""
        return self.age > FRESH_DAYS


FeeKey = tuple[str, str, str]
"""(kind, seller country, store); an empty country or store means any."""


@dataclass(frozen=True)
class RateBook:
    """All dated rates, loaded once. `vat` is keyed by (country, tax class), `fixings` by currency."""

    vat: Mapping[tuple[str, str], Sequence[Rate]] = field(default_factory=dict)
    fees: Mapping[FeeKey, Sequence[Rate]] = field(default_factory=dict)
    fixings: Mapping[str, Sequence[Fixing]] = field(default_factory=dict)
    tables: FeeTables = field(default_factory=FeeTables)

    def vat_rate(self, country: str, on: date, tax_class: str = STANDARD) -> Rate | Missing:
        """VAT of a country for a tax class on a day."""
        name = f"VAT rate of {country}" if tax_class == STANDARD else f"VAT rate of {country} for {tax_class}"
        return _pick(self.vat.get((country, tax_class), ()), on, "vat_rate", name)

    def fuel(self, store: str, on: date) -> Rate | Missing:
        """The fuel and logistics surcharge on fulfilment fees in a store."""
        return self._fee(FUEL, "", store, on, f"fuel surcharge in the {store} store")

    def digital_services(self, seller_country: str, store: str, on: date) -> Rate | Missing:
        """The digital services fee a seller of a country pays in a store; `on_fulfilment` says whether on FBA fees."""
        name = f"digital services fee of a seller from {seller_country} in the {store} store"
        return self._fee(DIGITAL_SERVICES, seller_country, store, on, name)

    def duty(self, duty_class: str, store: str, on: date) -> Rate | Missing:
        """Customs duty on a class of goods brought into the country of a store across the UK border."""
        return self._fee(f"{DUTY}:{duty_class}", "", store, on, f"customs duty on {duty_class} into {store}")

    def returns(self, return_class: str, on: date) -> Rate | Missing:
        """The share of sales of a class of goods that comes back."""
        return self._fee(f"{RETURNS}:{return_class}", "", "", on, f"share of returns of {return_class}")

    def conversion(self, origin: str, currency: str, on: date) -> Conversion | Missing:
        """The latest fixing not after `on` for both currencies, crossed through the euro."""
        if origin == currency:
            return Conversion(origin, currency)
        fixings = [self._fixing(name, on) for name in (origin, currency) if name != EURO]
        found = [fixing for fixing in fixings if isinstance(fixing, Fixing)]
        for fixing in fixings:
            if isinstance(fixing, Missing):
                return fixing
        fraction = Fraction(1)
        for fixing in found:
            per_euro = Fraction(fixing.rate)
            fraction = fraction / per_euro if fixing.currency == origin else fraction * per_euro
        oldest = min(found, key=lambda fixing: fixing.day)
        return Conversion(
            origin,
            currency,
            numerator=fraction.numerator,
            denominator=fraction.denominator,
            day=oldest.day,
            age=(on - oldest.day).days,
            source=oldest.source,
        )

    def _fixing(self, currency: str, on: date) -> Fixing | Missing:
        earlier = [fixing for fixing in self.fixings.get(currency, ()) if fixing.day <= on]
        if not earlier:
            return Missing("fx", f"exchange rate of {currency} on or before {on}")
        return max(earlier, key=lambda fixing: fixing.day)

    def overlaps(self) -> list[str]:
        """A sentence for each pair of rows that hold on the same day; such days count as missing."""
        return [*_overlaps([*self.vat.items(), *self.fees.items()]), *self.tables.overlaps()]

    def _fee(self, kind: str, country: str, store: str, on: date, name: str) -> Rate | Missing:
        """The most exact rows that hold on the day: seller and store, then seller, then store, then any."""
        answer: Rate | Missing = Missing(kind, f"{name} on {on}")
        for key in ((kind, country, store), (kind, country, ""), (kind, "", store), (kind, "", "")):
            answer = _pick(self.fees.get(key, ()), on, kind, name)
            if isinstance(answer, Rate) or _holding(self.fees.get(key, ()), on):
                return answer
        return answer


def _holding(rates: Iterable[Rate], on: date) -> list[Rate]:
    return [rate for rate in rates if rate.holds(on)]


def _pick(rates: Iterable[Rate], on: date, code: str, name: str) -> Rate | Missing:
    holding = _holding(rates, on)
    if len(holding) == 1:
        return holding[0]
    if holding:
        return Missing(code, f"one {name} on {on} ({len(holding)} rows overlap)")
    return Missing(code, f"{name} on {on}")


def _overlaps(groups: Iterable[tuple[tuple[str, ...], Sequence[Rate]]]) -> Iterator[str]:
    for key, rates in groups:
        ordered = sorted(rates, key=lambda rate: rate.valid_from)
        for earlier, later in pairwise(ordered):
            if earlier.holds(later.valid_from):
                name = " ".join(part for part in key if part)
                yield f"{name}: the row of {earlier.valid_from} still holds when that of {later.valid_from} begins"
