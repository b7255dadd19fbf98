"""A backtest over the products of this installation. Reads listings, rates and a profile; writes and sends nothing."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from arbitrage.backtest.assumptions import Assumptions
from arbitrage.backtest.dated import DatedTerms, Pair
from arbitrage.backtest.history import Leg, Past, leg_of
from arbitrage.backtest.report import Report
from arbitrage.backtest.run import backtest
from arbitrage.backtest.sheets import Sheets
from arbitrage.backtest.signals import Fire, Span, fires
from arbitrage.economics.loading import load_rates
from arbitrage.economics.profiles import Profile
from arbitrage_site.clock import MINUTES_PER_DAY, minute_of
from products.marketplaces import CODES
from products.models import Listing, Product
from products.series import of_listing

TOGETHER = 50
"""Products whose histories are in memory at once."""
_NOT_READ = ("coverage", "title", "eans", "average_30", "average_90", "delta_1", "delta_7", "delta_30", "trend_30")


def run_backtest(
    asins: Sequence[str], pairs: Sequence[Pair], profile: Profile, rules: Assumptions, *, now: datetime
) -> Report:
    """Try `rules` on these products over the days before `now`. Two queries for each 50 products, some for the rates.

    Raises InvalidRate when a stored rate is impossible.
    """
    last = minute_of(now)
    span = Span(last - rules.days * MINUTES_PER_DAY, last)
    return backtest(load_pasts(asins), pairs, DatedTerms(profile, load_rates()), rules, span)


def fires_of(asin: str, pair: Pair, profile: Profile, rules: Assumptions, *, now: datetime) -> list[Fire]:
    """When one route of a product would have fired, in order of time. Raises InvalidRate."""
    last = minute_of(now)
    span = Span(last - rules.days * MINUTES_PER_DAY, last)
    dated = DatedTerms(profile, load_rates())
    return [
        fire
        for pasts in load_pasts([asin])
        if pasts and set(pair) <= set(pasts[0].legs)
        for fire in fires(pasts, [pair], dated, Sheets(pasts, dated), rules, span)
    ]


def known_asins() -> list[str]:
    """All products of which a listing is known, delisted ones too, by ASIN."""
    known = Product.objects.filter(listings__isnull=False).order_by("pk")
    return list(known.values_list("pk", flat=True).distinct())


def load_pasts(asins: Sequence[str]) -> Iterator[list[Past]]:
    """The past of products in their order, 50 at a time; those without a listing are left out."""
    for part in _parts(asins):
        categories = dict(Product.objects.filter(pk__in=part).values_list("pk", "category"))
        legs: dict[str, dict[str, Leg]] = {asin: {} for asin in part}
        for row in Listing.objects.filter(product_id__in=part, marketplace__in=CODES).defer(*_NOT_READ):
            legs[row.product_id][row.marketplace] = _leg(row)
        yield [Past(asin, categories[asin], own) for asin, own in legs.items() if own]


def _parts(asins: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(asins), TOGETHER):
        yield asins[first : first + TOGETHER]


def _leg(row: Listing) -> Leg:
    history = of_listing(row)
    row.history_base = row.history_tail = b""
    return leg_of(history, until=row.source_minute, asked=row.buybox_minute, listing=row)
