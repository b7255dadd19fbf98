"""What a score is made from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a flip. `price` is what one pays there, or the current reference price of the sale.

    Prices are minor units of the leg's currency; `trend_30` and `in_stock_90` are permille.
    `age_minutes` counts from Keepa's observation, `buy_box_age_minutes` from that of the buy box (None: never asked).
    """

    price: int
    age_minutes: int
    stock_days: int
    change_points: int
    median_90: int | None = None
    trend_30: int | None = None
    in_stock_90: int | None = None
    rank: int | None = None
    offers: int | None = None
    amazon_in_buy_box: bool | None = None
    buy_box_age_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class ScoreInput:
    """A priced flip: `roi` and `min_roi` are basis points, `net_eur` EUR cents at the conservative price.

    `estimates` says in our own words which inputs are assumed; empty when none is.
    """

    roi: int
    net_eur: int
    min_roi: int
    estimates: tuple[str, ...]
    source: Leg
    target: Leg
