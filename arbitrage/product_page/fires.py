"""When the chosen flip would have fired, for the price chart."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from arbitrage.backtest.assumptions import LIMITS, Assumptions
from arbitrage.backtest.service import fires_of
from arbitrage.economics.loading import profile_of
from arbitrage.economics.missing import InvalidRate
from arbitrage.economics.profiles import UnusableProfile
from arbitrage.economics.rates import EURO
from arbitrage.economics.wording import money, percent
from arbitrage.forms import numbered_profile
from arbitrage.product_page.price_chart import RANGES, ChartQuery, millisecond
from products.marketplaces import PAIRS
from products.models import Product

MOST = 200
"""Bands drawn, the newest ones."""


def chart_fires(product: Product, given: Mapping[str, str], query: ChartQuery, now: datetime) -> dict[str, Any] | None:
    """The flip (like IT-DE) and profile of an address: its route, thresholds, and [from, to] in milliseconds.

    None where there is no such flip, or its profile or a rate cannot be used. Four queries.
    """
    source, _, target = given.get("flip", "").upper().partition("-")
    row = numbered_profile(given.get("profile", ""))
    if (source, target) not in PAIRS or row is None:
        return None
    rules = Assumptions(min_roi=row.min_roi, min_profit=row.min_profit, days=min(RANGES[query.days], LIMITS["days"][1]))
    try:
        found = fires_of(product.pk, (source, target), profile_of(row), rules, now=now)
    except (UnusableProfile, InvalidRate):
        return None
    spans = [[millisecond(fire.known), millisecond(fire.closed)] for fire in found[-MOST:]]
    asked = f"ROI {percent(row.min_roi * 100)} and {money(row.min_profit, EURO)}"
    return {"route": f"{source} to {target}", "count": len(found), "asked": asked, "spans": spans}
