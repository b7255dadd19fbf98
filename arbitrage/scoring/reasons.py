"""Reason codes of a score: why for, why against, each with a sentence made of our own words and numbers alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from arbitrage.scoring.score_input import Leg, ScoreInput

STRONG_ROI = 1_000
"""Basis points of ROI above the profile's minimum."""
STRONG_NET = 1_000
SPIKE = 1_150
"""Permille of the median of 90 days."""
DISCOUNT = 900
FALLING = 950
OFTEN_OUT = 700
GOOD_RANK = 20_000
FEW_OFFERS = 3
MANY_OFFERS = 12
OLD_SOURCE_MINUTES = 6 * 60
OLD_TARGET_MINUTES = 12 * 60
OLD_BUY_BOX_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Reason:
    """`favourable` says whether it speaks for the flip."""

    code: str
    favourable: bool
    text: str


def collect(flip: ScoreInput, *, thin: bool) -> list[Reason]:
    """All reasons that hold, the ones against first: they decide what to check before buying."""
    return [*_against(flip, thin=thin), *_in_favour(flip)]


def _against(flip: ScoreInput, *, thin: bool) -> Iterator[Reason]:
    if thin:
        yield _con(
            "thin_history", "A leg was in stock for under 30 days or changed its price under 5 times: low score."
        )
    if flip.estimates:
        yield _con("estimate", f"Only an estimate, so the score cannot be high: {'; '.join(flip.estimates)}.")
    yield from _prices_against(flip)
    yield from _target_against(flip.target)
    yield from _age_against(flip)


def _prices_against(flip: ScoreInput) -> Iterator[Reason]:
    over = _permille(flip.target)
    if over is not None and over >= SPIKE:
        yield _con("price_spike", f"The sale price is {_percent(over - 1_000)} above its median of 90 days.")
    if flip.target.trend_30 is not None and flip.target.trend_30 < FALLING:
        yield _con("price_falling", f"The sale price fell by {_percent(1_000 - flip.target.trend_30)} in a month.")


def _target_against(target: Leg) -> Iterator[Reason]:
    if target.amazon_in_buy_box:
        yield _con("amazon_in_buy_box", "Amazon itself holds the buy box of the target.")
    if target.offers is not None and target.offers >= MANY_OFFERS:
        yield _con("many_offers", f"{target.offers} new offers compete on the target.")
    if target.rank is None:
        yield _con("rank_unknown", "The target shows no sales rank, so the demand is unknown.")
    if target.in_stock_90 is not None and target.in_stock_90 < OFTEN_OUT:
        share = _percent(target.in_stock_90)
        yield _con("often_out_of_stock", f"The target was in stock for only {share} of the last 90 days.")


def _age_against(flip: ScoreInput) -> Iterator[Reason]:
    if flip.source.age_minutes > OLD_SOURCE_MINUTES:
        yield _con("old_source", f"The source price is {flip.source.age_minutes // 60} hours old.")
    if flip.target.age_minutes > OLD_TARGET_MINUTES:
        yield _con("old_target", f"The target's data is {flip.target.age_minutes // 60} hours old.")
    buy_box_age = flip.target.buy_box_age_minutes
    if buy_box_age is not None and buy_box_age > OLD_BUY_BOX_MINUTES:
        yield _con("old_buy_box", f"The buy box was last asked {buy_box_age // 60} hours ago.")


def _in_favour(flip: ScoreInput) -> Iterator[Reason]:
    if flip.roi >= flip.min_roi + STRONG_ROI:
        yield _pro("strong_roi", f"The return of {_percent(flip.roi // 10)} is well above the minimum.")
    if flip.net_eur >= STRONG_NET:
        yield _pro("strong_profit", "The net profit is at least EUR 10.00 a unit.")
    under = _permille(flip.source)
    if under is not None and under <= DISCOUNT:
        yield _pro("source_discount", f"The source price is {_percent(1_000 - under)} below its median of 90 days.")
    yield from _target_in_favour(flip.target)


def _target_in_favour(target: Leg) -> Iterator[Reason]:
    over = _permille(target)
    if over is not None and over <= 1_000:
        yield _pro("usual_price", "The sale price is not above its median of 90 days.")
    if target.rank is not None and target.rank <= GOOD_RANK:
        yield _pro("sells_well", f"The target's sales rank is {target.rank}.")
    if target.offers is not None and target.offers <= FEW_OFFERS and not target.amazon_in_buy_box:
        yield _pro("few_offers", f"{target.offers} new offers on the target.")


def _permille(leg: Leg) -> int | None:
    """The leg's price over its median of 90 days."""
    return leg.price * 1_000 // leg.median_90 if leg.median_90 else None


def _percent(permille: int) -> str:
    return f"{Decimal(permille).scaleb(-1)} %"


def _con(code: str, text: str) -> Reason:
    return Reason(code, favourable=False, text=text)


def _pro(code: str, text: str) -> Reason:
    return Reason(code, favourable=True, text=text)
