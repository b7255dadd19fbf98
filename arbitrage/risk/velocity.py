"""How fast it sells, and what follows for units and capital (economics.md 5). Integers; sales are hundredths a month.

Sales are a lower bound: rank drops undercount fast sellers, Amazon's badge names the bottom of a bracket.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from arbitrage_site.clock import MINUTES_PER_DAY
from products.series import Series

WINDOW_DAYS = 90
BADGE_DAYS = 14
"""Amazon's badge of monthly sales is ignored when it was read longer ago."""
FAST_RANK = 10_000
FAST_FALL, SLOW_FALL = 1, 50
"""Permille that a rank must fall by to count as a sale, up to FAST_RANK and beyond it (keepa.md 11)."""
LARGEST_SHARE = 500
LAG_DAYS, PEAK_LAG_DAYS, OWN_SHELF_LAG_DAYS = 14, 28, 6
"""Days from buying to being on sale: usually, in November and December, and sent from one's own shelf."""
HORIZON_DAYS = 30
PATIENCE_DAYS = 90
"""A unit that takes longer than this to sell is not worth buying."""
MOST_UNITS = 10
"""The source's stock is not known; Keepa itself reports ten at most."""


@dataclass(frozen=True, slots=True)
class Velocity:
    """`monthly_sales` and so on are those of the listing, `own_share` permille of them.

    `sell_days` is for one unit once it is on sale, `capital_days` for all `units` from buying to the last sale; both
    None where nothing is known to sell.
    """

    monthly_sales: int
    competitors: int | None
    own_share: int
    lag_days: int
    sell_days: int | None
    units: int
    capital_days: int | None


def rank_drops(ranks: Series | None, end: int, days: int = WINDOW_DAYS) -> int:
    """Falls of the sales rank that are read as sales, in the days before a Keepa minute."""
    if ranks is None or len(ranks.minutes) < 2:
        return 0
    values = ranks.values.astype(np.int64)
    before, after, minutes = values[:-1], values[1:], ranks.minutes[1:]
    least = np.where(before <= FAST_RANK, FAST_FALL, SLOW_FALL)
    inside = (minutes > end - days * MINUTES_PER_DAY) & (minutes <= end)
    fell = (before > 0) & (after > 0) & ((before - after) * 1_000 >= before * least) & (after < before)
    return int(np.count_nonzero(inside & fell))


def monthly_sales(drops: int, badge: int | None, badge_age_minutes: int | None) -> int:
    """Sales a month in hundredths: the larger of both bounds, the badge only while it is fresh."""
    by_rank = drops * 100 * 30 // WINDOW_DAYS
    fresh = badge_age_minutes is not None and badge_age_minutes <= BADGE_DAYS * MINUTES_PER_DAY
    return max(by_rank, (badge or 0) * 100 if fresh else 0)


def own_share(competitors: int | None, *, amazon_has_box: bool) -> int:
    """The part of the sales that one more seller may expect, permille; unknown competition counts as four offers."""
    alike = min(1_000 // ((4 if competitors is None else competitors) + 1), LARGEST_SHARE)
    return alike // 2 if amazon_has_box else alike


def lag_days(today: date, *, fulfilment: str = "FBA_LOCAL") -> int:
    """Days until goods bought today can be sold."""
    if fulfilment == "FBM":
        return OWN_SHELF_LAG_DAYS
    return PEAK_LAG_DAYS if today.month in {11, 12} else LAG_DAYS


def velocity(sales: int, competitors: int | None, *, amazon_has_box: bool, lag: int) -> Velocity:
    """What monthly sales (hundredths) mean for one more seller."""
    mine = own_share(competitors, amazon_has_box=amazon_has_box)
    rate = sales * mine
    """Own sales a month in hundred-thousandths."""
    one = _days_to_sell(1, rate)
    units = 0
    if one is not None and one <= PATIENCE_DAYS:
        units = min(max(rate * HORIZON_DAYS // (30 * 100_000), 1), MOST_UNITS)
    all_days = _days_to_sell(max(units, 1), rate)
    return Velocity(
        monthly_sales=sales,
        competitors=competitors,
        own_share=mine,
        lag_days=lag,
        sell_days=one,
        units=units,
        capital_days=None if all_days is None else lag + all_days,
    )


def _days_to_sell(units: int, rate: int) -> int | None:
    """T less the lag: 30 * Q / (sales * share), rounded up."""
    return -(-30 * units * 100_000 // rate) if rate > 0 else None
