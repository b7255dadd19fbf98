"""Rounding of printed lines: half a cent goes away from zero (economics.md 1.7)."""

from decimal import ROUND_HALF_UP, Context, Decimal

CONTEXT = Context(prec=50, rounding=ROUND_HALF_UP)
"""Precise enough that a quotient of amounts below 2^31 and rates in ppm never lands on a false tie."""

PPM = Decimal(1_000_000)
BASIS = Decimal(10_000)


def half_up(value: Decimal) -> int:
    """The nearest whole minor unit; a tie goes away from zero."""
    return int(value.to_integral_value(ROUND_HALF_UP))


def basis_points(part: int, whole: int) -> int:
    """part / whole in basis points, rounded half-up; 0 where there is no whole."""
    return half_up(CONTEXT.divide(part * BASIS, Decimal(whole))) if whole else 0
