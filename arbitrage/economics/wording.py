"""Numbers as the printed lines show them."""

from decimal import Decimal

from arbitrage.economics.rates import EURO, Conversion, Rate
from arbitrage.economics.storage import MM3


def money(minor: int, currency: str = "") -> str:
    """Minor units with a point and, when given, the currency: 4998 is "49.98 EUR"."""
    sign = "-" if minor < 0 else ""
    text = f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"
    return f"{text} {currency}" if currency else text


def money_or_none(minor: int | None, currency: str) -> str:
    """As `money`; "none" where there is no amount."""
    return "none" if minor is None else money(minor, currency)


def percent(ppm: int) -> str:
    """A rate without idle zeros: 15000 ppm is "1.5 %"."""
    return f"{Decimal(ppm).scaleb(-4).normalize():f} %"


def percent_of(rate: Rate | None) -> str:
    """A rate that may be absent."""
    return percent(rate.ppm) if rate else ""


def quote(conversion: Conversion) -> str:
    """The rate as the ECB quotes it, units for one euro: "0.85463 GBP per EUR"."""
    if conversion.day is None:
        return ""
    return f"{per_euro(conversion):f} {_foreign(conversion)} per {EURO}"


def per_euro(conversion: Conversion) -> Decimal:
    """Units of the other currency for one euro; exact for a single fixing."""
    rate = Decimal(conversion.numerator) / conversion.denominator
    if conversion.origin != EURO:
        rate = Decimal(conversion.denominator) / conversion.numerator
    return rate.normalize()


def _foreign(conversion: Conversion) -> str:
    return conversion.currency if conversion.origin == EURO else conversion.origin


def volume(mm3: int, unit: str) -> str:
    """A volume in the unit it is charged by: "0.0066 m3"."""
    exact = Decimal(mm3) * MM3[unit].denominator / MM3[unit].numerator
    return f"{exact.quantize(Decimal('0.000001')).normalize():f} {unit}"
