"""Numbers as the printed lines show them."""

from decimal import Decimal

from arbitrage.economics.rates import Rate


def money(minor: int, currency: str = "") -> str:
    """Minor units with a point and, when given, the currency: 4998 is "49.98 EUR"."""
    sign = "-" if minor < 0 else ""
    text = f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"
    return f"{text} {currency}" if currency else text


def percent(ppm: int) -> str:
    """A rate without idle zeros: 15000 ppm is "1.5 %"."""
    return f"{Decimal(ppm).scaleb(-4).normalize():f} %"


def percent_of(rate: Rate | None) -> str:
    """A rate that may be absent."""
    return percent(rate.ppm) if rate else ""
