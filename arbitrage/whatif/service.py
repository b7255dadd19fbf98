"""Ranking the whole list under a scenario. Reads only; what is looked at is saved nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from arbitrage.detection.market import Market, load_market
from arbitrage.detection.profile_terms import ProfileTerms
from arbitrage.economics import limits
from arbitrage.economics.inputs import FlipInputs, flip_inputs
from arbitrage.economics.missing import Incomplete
from arbitrage.economics.rounding import basis_points
from arbitrage.economics.turnover import warnings
from arbitrage.whatif.asked import Asked
from arbitrage.whatif.flips import Found, Totals, priced_twice
from arbitrage.whatif.scenario import Scenario
from arbitrage.whatif.shifting import shifted_inputs
from arbitrage.whatif.snapshot import ColumnSnapshot, keeper
from arbitrage.whatif.terms import rate_keeper, terms_of
from products.marketplaces import MARKETPLACES, PAIRS
from products.models import Product

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class RankedFlip:
    """A flip under the scenario. Money is minor units: `buy_price`, `max_buy` of `buy_currency`, `net` of `currency`.

    `roi` and `margin` are basis points, what ends in `_eur` EUR cents. `net`, `roi`, `margin` are None where the
    scenario leaves the flip without a price, `net_before` where the profile does; `max_buy` meets `target_roi`;
    `break_even` is the least sale price without a loss.
    """

    asin: str
    title: str
    source: str
    target: str
    buy_price: int
    buy_currency: str
    sell_price: int
    currency: str
    net: int | None
    net_eur: int | None
    roi: int | None
    margin: int | None
    max_buy: int | None
    break_even: int | None
    is_estimate: bool
    qualifies: bool
    qualified_before: bool
    net_before: int | None
    change_eur: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """A page of the list under a scenario.

    `count` flips are listed in all, over `products` watched ones; `unpriced` are the routes that the scenario's seller
    cannot trade, with what is missing; `warnings` are about its turnover.
    """

    rows: Sequence[RankedFlip]
    count: int
    page: int
    pages: int
    totals: Totals
    products: int
    unpriced: Sequence[Incomplete]
    warnings: Sequence[str]


def rank(asked: Asked, now: datetime, *, limit: int = PAGE_SIZE) -> Ranking:
    """Price every watched product on all 20 pairs twice and rank; `limit` rows of the page that is asked for.

    Raises NotPriced where the profile or a rate cannot be used. A page past the end is the last one.
    """
    rates = rate_keeper.current(now)
    before, after = terms_of(asked.base, rates, now), terms_of(asked.scenario.applied(asked.base), rates, now)
    snapshot = keeper.current(now)
    found, totals = priced_twice(snapshot, (before, after), asked.scenario, asked.filters, now)
    count = len(found.pair)
    pages = max(1, -(-count // limit))
    page = min(asked.filters.page, pages)
    chosen = found.order(asked.filters.sort)[(page - 1) * limit : page * limit].tolist()
    return Ranking(
        rows=_rows(found, chosen, snapshot, after, asked.scenario, now),
        count=count,
        page=page,
        pages=pages,
        totals=totals,
        products=len(snapshot.asins),
        unpriced=[entry for entry in after.routes.table().values() if isinstance(entry, Incomplete)],
        warnings=warnings(after.routes.profile),
    )


def _rows(
    found: Found,
    chosen: Sequence[int],
    snapshot: ColumnSnapshot,
    terms: ProfileTerms,
    scenario: Scenario,
    now: datetime,
) -> list[RankedFlip]:
    """Two queries: titles, and the listings of the page's products for the maximum buy price."""
    asins = sorted({snapshot.asins[found.product[place]] for place in chosen})
    titles = dict(Product.objects.filter(pk__in=asins).values_list("asin", "title"))
    market = load_market(asins, now)
    rows = []
    for place in chosen:
        asin, pair = snapshot.asins[found.product[place]], PAIRS[found.pair[place]]
        inputs = _inputs(market, asin, pair, terms, scenario) if found.priced[place] else None
        rows.append(_row(found, place, asin, titles, inputs, terms))
    return rows


def _inputs(
    market: Market, asin: str, pair: tuple[str, str], terms: ProfileTerms, scenario: Scenario
) -> FlipInputs | None:
    """The Decimal form's inputs; None when a listing changed since the snapshot so that there are none."""
    legs = [market.listings.get((asin, code)) for code in pair]
    if legs[0] is None or legs[1] is None:
        return None
    inputs = flip_inputs(legs[0], legs[1], terms.routes.of(asin, pair, market.overrides), market.tables)
    return None if isinstance(inputs, Incomplete) else shifted_inputs(inputs, scenario)


def _row(
    found: Found,
    place: int,
    asin: str,
    titles: Mapping[str, str],
    inputs: FlipInputs | None,
    terms: ProfileTerms,
) -> RankedFlip:
    source, target = PAIRS[found.pair[place]]
    priced, priced_before = bool(found.priced[place]), bool(found.priced_before[place])
    net, net_eur = int(found.net[place]), int(found.net_eur[place])
    return RankedFlip(
        asin=asin,
        title=titles.get(asin, ""),
        source=source,
        target=target,
        buy_price=int(found.buy[place]),
        buy_currency=MARKETPLACES[source].currency,
        sell_price=int(found.sell[place]),
        currency=MARKETPLACES[target].currency,
        net=net if priced else None,
        net_eur=net_eur if priced else None,
        roi=int(found.roi[place]) if priced else None,
        margin=basis_points(net, int(found.revenue[place])) if priced else None,
        max_buy=limits.max_buy(inputs, roi=terms.target_roi) if inputs else None,
        break_even=limits.break_even(inputs) if inputs else None,
        is_estimate=bool(inputs and inputs.is_estimate),
        qualifies=bool(found.qualifies[place]),
        qualified_before=bool(found.qualified[place]),
        net_before=int(found.net_before[place]) if priced_before else None,
        change_eur=(net_eur if priced else 0) - (int(found.net_eur_before[place]) if priced_before else 0),
    )
