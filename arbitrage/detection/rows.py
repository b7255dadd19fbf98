"""What is stored of an opportunity: the flip's numbers in Decimal, the simple figures, the score."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from arbitrage.detection.cases import Case, Disagreement
from arbitrage.detection.market import MarketListing
from arbitrage.economics import limits
from arbitrage.economics.amounts import converted
from arbitrage.economics.flip import Flip, evaluate
from arbitrage.lifecycle import Standing
from arbitrage.models import Opportunity
from arbitrage.scoring.reasons import Reason
from arbitrage.scoring.score import Part
from arbitrage.scoring.simple_figures import gross_margin, gross_profit, simple_confidence, simple_net, simple_priority
from arbitrage_site.clock import MINUTES_PER_DAY, minute_of
from products import series
from products.models import Listing


def quick_values(case: Case, now: datetime) -> dict[str, Any]:
    """The columns that cost next to nothing to know; when none of them moved, the others did not either."""
    figures, inputs, result = case.figures, case.inputs, case.score(now)
    return {
        "buy_price": figures.buy_price,
        "buy_currency": inputs.terms.buy_currency,
        "sell_price": figures.sell_price,
        "reference_price": figures.sell_price if inputs.reference is None else inputs.reference,
        "currency": inputs.terms.currency,
        "net": figures.net,
        "net_eur": figures.net_eur,
        "roi": figures.roi,
        "is_estimate": inputs.is_estimate,
        "is_demo": case.source.is_demo or case.target.is_demo,
        "score": result.total,
        "score_version": result.version,
        "score_parts": [_as_stored(part) for part in result.parts],
        "reasons": [_as_stored(reason) for reason in result.reasons],
    }


def _as_stored(entry: Part | Reason) -> dict[str, Any]:
    """As JSON keeps it. `asdict` copies deeply and costs ten times as much."""
    return {name: getattr(entry, name) for name in entry.__slots__}


def full_values(case: Case, confidence: str) -> dict[str, Any]:
    """The columns from the Decimal form, its limits, and the simple figures.

    Raises Disagreement when the kernel came to another result.
    """
    flip = evaluate(case.inputs)
    _agree(case, flip)
    return {
        "fees": flip.fees,
        "margin": flip.margin,
        "max_buy": limits.max_buy(case.inputs, roi=case.terms.target_roi),
        "break_even": limits.break_even(case.inputs),
        "net_without_refund": flip.net_if_vat_lost,
        "simple_confidence": confidence,
        **_simple(case),
    }


def _agree(case: Case, flip: Flip) -> None:
    figures = case.figures
    if (flip.net, flip.cost, flip.net_eur, flip.roi) != (figures.net, figures.cost, figures.net_eur, figures.roi):
        raise Disagreement(
            f"{case.source.product_id} {case.source.marketplace} to {case.target.marketplace}: the kernel says net"
            f" {figures.net}, cost {figures.cost}; in Decimal it is {flip.net}, {flip.cost}."
        )


def _simple(case: Case) -> dict[str, Any]:
    terms = case.inputs.terms
    buy, sell = converted(case.figures.buy_price, terms.purchase.conversion), case.figures.sell_price
    profit, margin = gross_profit(buy, sell), gross_margin(buy, sell)
    return {
        "gross_profit": profit,
        "gross_margin": margin,
        "simple_net": simple_net(buy, sell),
        "simple_priority": simple_priority(margin, converted(profit, terms.to_euro)),
    }


def confidences(targets: Collection[MarketListing], now: datetime) -> dict[int, str]:
    """The simple confidence of each listing by id, from its reference price of 90 days. One query."""
    by_id = {listing.id: listing for listing in targets}
    rows = Listing.objects.filter(pk__in=by_id).only("history_base", "history_tail")
    return {row.pk: _confidence(by_id[row.pk], series.of_listing(row), now) for row in rows}


def _confidence(listing: MarketListing, history: series.History, now: datetime) -> str:
    kind, since = (series.NEW, series.NEW_LANDED_SINCE) if listing.buybox_minute is None else (series.BUY_BOX, 0)
    points = history.get(kind)
    end = listing.source_minute
    prices, minutes = _stood(points, max(end - 90 * MINUTES_PER_DAY, since), end) if points else ([], [])
    return simple_confidence(
        prices,
        minutes,
        stock_days=listing.stock_days,
        change_points=listing.change_points,
        age=timedelta(minutes=max(minute_of(now) - end, 0)),
    )


def _stood(points: series.Series, start: int, end: int) -> tuple[list[int], list[int]]:
    """The prices in force between two minutes, and for how many minutes each."""
    edges = np.append(points.minutes.astype(np.int64), end).clip(start, max(start, end))
    return points.values.tolist(), np.diff(edges).tolist()


def standing_of(row: Opportunity) -> Standing:
    """What the lifecycle needs of a row."""
    return Standing(
        closed_at=row.closed_at,
        buy_price=row.buy_price,
        sell_price=row.sell_price,
        net=row.net,
        net_eur=row.net_eur,
        roi=row.roi,
        event_net_eur=row.event_net_eur,
        event_roi=row.event_roi,
    )
