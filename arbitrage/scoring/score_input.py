"""What a score is made from."""

from dataclasses import dataclass
from datetime import date

from arbitrage.risk.assessment import Risk
from arbitrage.risk.match import Goods


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a flip. `price` is what one pays there, or the current reference price of the sale.

    Prices are minor units of the leg's currency; `trend_30` and `in_stock_90` are permille.
    `age_minutes` counts from Keepa's observation, `buy_box_age_minutes` from that of the buy box (None: never asked).
    `return_rate` is Keepa's word (1 low, 2 high). `box_limit` says why the box cannot simply be bought from.
    """

    goods: Goods
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
    is_unqualified: bool | None = None
    box_limit: str = ""
    is_map: bool | None = None
    is_hazmat: bool | None = None
    is_heat_sensitive: bool | None = None
    return_rate: int | None = None

    @property
    def over_median(self) -> int | None:
        """The price over its median of 90 days, permille."""
        return self.price * 1_000 // self.median_90 if self.median_90 else None


@dataclass(frozen=True, slots=True)
class ScoreInput:
    """A priced flip: `roi` and `min_roi` are basis points, `net_eur` EUR cents at the conservative price.

    `estimates` says in our own words which inputs are assumed; empty when none is. `blocked` says why the brand is on
    the block-list; None when it is not. `today` decides what melts.
    """

    roi: int
    net_eur: int
    min_roi: int
    estimates: tuple[str, ...]
    source: Leg
    target: Leg
    risk: Risk
    today: date
    blocked: str | None = None
