"""The figures that simple tools show: no VAT, no real fees, no shipping. Kept beside the net ones for comparison.

All amounts are minor units of one currency, ratios basis points. A confidence from volatility alone calls a product
with one price perfectly stable, and lets "no offer" (-1) poison the mean; here prices are weighted by the time they
stood, "no offer" never counts, and too few or too old data are never more than low.
"""

from collections.abc import Sequence
from datetime import timedelta

from arbitrage.risk.stretches import stretches
from arbitrage.scoring.target_rules import MIN_CHANGE_POINTS, MIN_STOCK_DAYS
from arbitrage_site.clock import MINUTES_PER_DAY
from products.series import Series

WINDOW_DAYS = 90

FEE_PERMILLE = 150
"""The flat fee of the simple net profit: 15 % of the sale price."""
HIGH_SPREAD = 10
"""High confidence: the deviation is at most a tenth of the mean (1 - volatility / mean is at least 0.9)."""
MAX_AGE = timedelta(hours=24)
MARGIN_CAP = 5_000
"""Basis points of gross margin that count as 1 in the priority."""
PROFIT_CAP = 5_000
"""EUR cents of gross profit that count as 1 in the priority."""


def gross_profit(buy: int, sell: int) -> int:
    """Sale price less purchase price, both in the sale's currency."""
    return sell - buy


def gross_margin(buy: int, sell: int) -> int:
    """Gross profit in basis points of the sale price, which must be positive."""
    return _half_up((sell - buy) * 10_000, sell)


def simple_net(buy: int, sell: int) -> int:
    """Gross profit less a flat 15 % of the sale price."""
    return gross_profit(buy, sell) - _half_up(sell * FEE_PERMILLE, 1_000)


def simple_confidence(
    prices: Sequence[int], minutes: Sequence[int], *, stock_days: int, change_points: int, age: timedelta
) -> str:
    """`high` where 1 - volatility / mean is at least 0.9, `medium` from 0.7, else `low`.

    `prices[i]` stood for `minutes[i]`; a negative price means no offer. Compared as integers: the squared deviation
    over the squared mean is (sum(w) * sum(w p^2) - sum(w p)^2) / sum(w p)^2.
    """
    stood = [(price, weight) for price, weight in zip(prices, minutes, strict=True) if price >= 0 and weight > 0]
    first = sum(weight * price for price, weight in stood)
    thin = stock_days < MIN_STOCK_DAYS or change_points < MIN_CHANGE_POINTS
    if thin or age > MAX_AGE or first == 0:
        return "low"
    total = sum(weight for _, weight in stood)
    spread = total * sum(weight * price * price for price, weight in stood) - first * first
    if spread * HIGH_SPREAD**2 <= first * first:
        return "high"
    return "medium" if spread * 100 <= 9 * first * first else "low"


def confidence_of(
    prices: Series | None, *, end: int, since: int, stock_days: int, change_points: int, age: timedelta
) -> str:
    """The simple confidence of a price series over the 90 days up to the Keepa minute `end`, from `since` on."""
    stood = stretches(prices, max(end - WINDOW_DAYS * MINUTES_PER_DAY, since), end)
    return simple_confidence(
        stood.values.tolist(), stood.minutes.tolist(), stock_days=stock_days, change_points=change_points, age=age
    )


def simple_priority(margin: int, profit_eur: int) -> int:
    """0.6 x margin + 0.4 x profit in permille, each scaled to 0 to 1 with a fixed cap.

    Fixed caps, because "largest in the set" changes a product's figure when another product changes.
    """
    margin_share = min(max(margin, 0), MARGIN_CAP)
    profit_share = min(max(profit_eur, 0), PROFIT_CAP)
    return _half_up(600 * margin_share, MARGIN_CAP) + _half_up(400 * profit_share, PROFIT_CAP)


def _half_up(numerator: int, denominator: int) -> int:
    """Rounded quotient, ties away from zero."""
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return rounded if numerator >= 0 else -rounded
