"""From priced flips to their risk figures and scores. One query for any number of flips, each history unpacked once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from arbitrage.economics.inputs import FlipInputs, buy_price, reference_price
from arbitrage.models import BlockedBrand
from arbitrage.risk.assessment import Risk, assess
from arbitrage.risk.loading import age, goods_of, legs, subject_of
from arbitrage.scoring.score import Score, score
from arbitrage.scoring.score_input import Leg, ScoreInput
from arbitrage.scoring.simple_figures import confidence_of
from products import series
from products.models import Listing

Brands = dict[str, str]
"""Why a brand is blocked, by its folded name."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A flip to be appraised: `net` in the target's minor units, `net_eur` EUR cents, ROI basis points, listing ids."""

    inputs: FlipInputs
    net: int
    net_eur: int
    roi: int
    min_roi: int
    source: int
    target: int


@dataclass(frozen=True, slots=True)
class Appraisal:
    """What is stored with an opportunity beside its arithmetic."""

    score: Score
    risk: Risk
    simple_confidence: str


def appraise(flips: Sequence[Priced], now: datetime) -> list[Appraisal]:
    """Judge these flips as of now, in their order. Two queries."""
    if not flips:
        return []
    rows = legs({pk for flip in flips for pk in (flip.source, flip.target)})
    histories = {pk: series.of_listing(rows[pk]) for pk in {flip.target for flip in flips}}
    brands = blocked_brands()
    return [_appraised(flip, rows, histories, brands, now) for flip in flips]


def blocked_brands() -> Brands:
    """The block-list."""
    return {folded(name): reason for name, reason in BlockedBrand.objects.values_list("name", "reason")}


def folded(brand: str) -> str:
    """A brand's name without case and outer or double blanks."""
    return " ".join(brand.casefold().split())


def _appraised(
    flip: Priced, rows: dict[int, Listing], histories: dict[int, series.History], brands: Brands, now: datetime
) -> Appraisal:
    source, target = rows[flip.source], rows[flip.target]
    history = histories[flip.target]
    risk = assess(subject_of(flip.inputs, flip.net, source, target, history, now))
    judged = ScoreInput(
        roi=flip.roi,
        net_eur=flip.net_eur,
        min_roi=flip.min_roi,
        estimates=flip.inputs.estimates,
        source=leg_of(source, buy_price(source), now),
        target=leg_of(target, reference_price(target), now),
        risk=risk,
        today=now.date(),
        blocked=_blocked((source.brand, target.brand), brands),
    )
    return Appraisal(score(judged), risk, _simple_confidence(target, history, now))


def _blocked(names: Collection[str], brands: Brands) -> str | None:
    return next((brands[name] for name in map(folded, names) if name in brands), None)


def leg_of(row: Listing, price: int | None, now: datetime) -> Leg:
    """What the score sees of a listing at a price."""
    return Leg(
        goods=goods_of(row),
        price=price or 0,
        age_minutes=age(row.source_minute, now),
        stock_days=row.stock_days,
        change_points=row.change_points,
        median_90=row.median_90,
        trend_30=row.trend_30,
        in_stock_90=row.in_stock_90,
        rank=row.rank,
        offers=row.offers,
        amazon_in_buy_box=row.buy_box_is_amazon,
        buy_box_age_minutes=None if row.buybox_minute is None else age(row.buybox_minute, now),
        is_unqualified=row.buy_box_is_unqualified,
        box_limit=row.buy_box_limit,
        is_map=row.new_is_map,
        is_hazmat=row.is_hazmat,
        is_heat_sensitive=row.is_heat_sensitive,
        return_rate=row.return_rate,
    )


def _simple_confidence(target: Listing, history: series.History, now: datetime) -> str:
    kind = series.reference_kind(buy_box_asked=target.buybox_minute is not None)
    since = series.NEW_LANDED_SINCE if kind == series.NEW else 0
    return confidence_of(
        history.get(kind),
        end=target.source_minute,
        since=since,
        stock_days=target.stock_days,
        change_points=target.change_points,
        age=timedelta(minutes=age(target.source_minute, now)),
    )
