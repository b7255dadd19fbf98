"""From listing rows to the subject of an assessment. One query for any number of flips."""

from collections.abc import Collection
from datetime import datetime

from arbitrage.economics.inputs import FlipInputs
from arbitrage.risk.assessment import Subject
from arbitrage.risk.match import Goods
from arbitrage_site.clock import minute_of
from products import series
from products.models import Listing

_LEFT_OUT = ("coverage", "average_30", "average_90", "delta_1", "delta_7", "delta_30")
"""Not read here; a column that is left out and read after all would cost a query a row."""


def legs(ids: Collection[int]) -> dict[int, Listing]:
    """These listings with their packed history, by id."""
    return {row.pk: row for row in Listing.objects.filter(pk__in=ids).defer(*_LEFT_OUT)}


def subject_of(
    inputs: FlipInputs, net: int, source: Listing, target: Listing, history: series.History, now: datetime
) -> Subject:
    """What is known of a flip as of now; `history` is the target's, unpacked."""
    return Subject(
        inputs=inputs,
        net=net,
        history=history,
        end=target.source_minute,
        reference=series.reference_kind(buy_box_asked=target.buybox_minute is not None),
        source_age=age(source.source_minute, now),
        target_age=age(target.source_minute, now),
        stock_days=min(source.stock_days, target.stock_days),
        changes=min(source.change_points, target.change_points),
        today=now.date(),
        in_stock=target.in_stock_90,
        category=target.category,
        return_rate=target.return_rate,
        badge=target.monthly_sold,
        badge_age=None if target.sold_minute is None else age(target.sold_minute, now),
        offers=target.offers,
        offers_fba=target.offers_fba,
        amazon_has_box=bool(target.buy_box_is_amazon),
    )


def goods_of(row: Listing) -> Goods:
    """What a listing says that it sells."""
    sides = (row.package_length, row.package_width, row.package_height)
    known = tuple(side for side in sides if side is not None)
    return Goods(
        marketplace=row.marketplace,
        title=row.title,
        category=row.category,
        pack=row.pack_quantity,
        eans=frozenset(row.eans),
        sides=(known[0], known[1], known[2]) if len(known) == len(sides) else None,
        weight=row.package_weight,
    )


def age(minute: int, now: datetime) -> int:
    """Minutes since a Keepa minute, never negative."""
    return max(minute_of(now) - minute, 0)
