"""Keepa's product object, typed. Fields that are not declared here are ignored (keepa.md 10 and 11).

Every field keeps apart what Keepa keeps apart: `UNSET` is an absent key, `None` is null, and 0, -1 and -2 are values
with meanings of their own. The properties say what a value means to us.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from ingestion.errors import InvalidRecord
from ingestion.events import Asin

Number = int | UnsetType | None
Text = str | UnsetType | None
Flag = bool | UnsetType | None
Numbers = list[int] | UnsetType | None
Extremes = list[list[int] | None] | UnsetType | None


class Statistics(Struct, frozen=True, rename="camel"):
    """The object `stats`. Arrays are indexed by csv type; extremes are [Keepa minute, value]."""

    current: Numbers = UNSET
    avg: Numbers = UNSET
    avg30: Numbers = UNSET
    avg90: Numbers = UNSET
    avg180: Numbers = UNSET
    avg365: Numbers = UNSET
    at_interval_start: Numbers = UNSET
    min: Extremes = UNSET
    max: Extremes = UNSET
    min_in_interval: Extremes = UNSET
    max_in_interval: Extremes = UNSET
    out_of_stock_percentage_in_interval: Numbers = UNSET
    out_of_stock_percentage30: Numbers = UNSET
    out_of_stock_percentage90: Numbers = UNSET
    out_of_stock_percentage180: Numbers = UNSET
    out_of_stock_percentage365: Numbers = UNSET
    sales_rank_drops30: Number = UNSET
    sales_rank_drops90: Number = UNSET
    sales_rank_drops180: Number = UNSET
    sales_rank_drops365: Number = UNSET
    total_offer_count: Number = UNSET
    buy_box_price: Number = UNSET
    buy_box_shipping: Number = UNSET
    buy_box_seller_id: Text = UNSET
    buy_box_is_fba: Flag = msgspec.field(name="buyBoxIsFBA", default=UNSET)
    buy_box_is_amazon: Flag = UNSET
    buy_box_is_unqualified: Flag = UNSET
    buy_box_is_preorder: Flag = UNSET
    buy_box_is_backorder: Flag = UNSET
    buy_box_is_prime_exclusive: Flag = UNSET
    last_buy_box_update: Number = UNSET
    offer_count_fba: Number = msgspec.field(name="offerCountFBA", default=UNSET)
    offer_count_fbm: Number = msgspec.field(name="offerCountFBM", default=UNSET)


class FbaFees(Struct, frozen=True, rename="camel"):
    """`pick_and_pack_fee` in minor units, -1 unknown."""

    pick_and_pack_fee: Number = UNSET
    last_update: Number = UNSET


class TreeNode(Struct, frozen=True, rename="camel"):
    """One step of the way from the root category to the product's own."""

    cat_id: int
    name: str


@dataclass(frozen=True, slots=True)
class BuyBox:
    """The buy box as the statistics have it. `price` is landed; None means that nobody holds it.

    `is_unqualified`: there are offers, but Amazon gives none of them the box. `limit` says why one cannot simply buy.
    """

    price: int | None
    seller: str
    is_fba: bool | None
    is_amazon: bool | None
    is_unqualified: bool | None = None
    limit: str = ""


class KeepaProduct(Struct, frozen=True, rename="camel"):
    """One product on one marketplace as Keepa sent it. `csv` stays raw until `histories` reads the kept series."""

    asin: Asin
    domain_id: int
    product_type: int = 0
    title: Text = UNSET
    brand: Text = UNSET
    csv: list[Raw] | UnsetType | None = UNSET
    stats: Statistics | UnsetType | None = UNSET
    last_update: Number = UNSET
    tracking_since: Number = UNSET
    root_category: Number = UNSET
    category_tree: list[TreeNode] | UnsetType | None = UNSET
    ean_list: list[str] | UnsetType | None = UNSET
    parent_asin: Text = UNSET
    package_length: Number = UNSET
    package_width: Number = UNSET
    package_height: Number = UNSET
    package_weight: Number = UNSET
    package_quantity: Number = UNSET
    number_of_items: Number = UNSET
    fba_fees: FbaFees | UnsetType | None = UNSET
    referral_fee_percentage: Decimal | UnsetType | None = UNSET
    variable_closing_fee: Number = UNSET
    availability_amazon: Number = UNSET
    monthly_sold: Number = UNSET
    last_sold_update: Number = UNSET
    return_rate: Number = UNSET
    hazardous_materials: list[Raw] | UnsetType | None = UNSET
    is_heat_sensitive: Flag = UNSET
    new_price_is_map: Flag = msgspec.field(name="newPriceIsMAP", default=UNSET)

    @property
    def dimensions(self) -> tuple[int | None, int | None, int | None]:
        """Length, width and height of the package in mm."""
        return positive(self.package_length), positive(self.package_width), positive(self.package_height)

    @property
    def weight(self) -> int | None:
        """Weight of the package in g, which fulfilment bills."""
        return positive(self.package_weight)

    @property
    def pack_quantity(self) -> int | None:
        """Items in a pack, the larger of Keepa's two words for it; None, which is common, where it knows neither."""
        return max(positive(self.number_of_items) or 0, positive(self.package_quantity) or 0) or None

    @property
    def fba_fee(self) -> int | None:
        """Pick and pack fee in minor units."""
        return known(self.fba_fees.pick_and_pack_fee) if self.fba_fees else None

    @property
    def closing_fee(self) -> int | None:
        """Variable closing fee of media in minor units."""
        return known(self.variable_closing_fee)

    @property
    def referral_rate(self) -> int | None:
        """Amazon's referral fee in parts per million of the price, as it stands at Keepa's price."""
        if not isinstance(self.referral_fee_percentage, Decimal) or self.referral_fee_percentage < 0:
            return None
        return int((self.referral_fee_percentage * 10_000).to_integral_value(ROUND_HALF_UP))

    @property
    def is_hazmat(self) -> bool | None:
        """Whether Keepa names dangerous goods; None where it does not say."""
        return None if self.hazardous_materials is UNSET else bool(self.hazardous_materials)

    @property
    def category(self) -> str:
        """Name of the root category; empty where Keepa does not know it."""
        return self.category_tree[0].name if self.category_tree else ""

    @property
    def eans(self) -> list[str]:
        """The product's EANs, the primary one first."""
        return self.ean_list or []

    @property
    def buy_box(self) -> BuyBox | None:
        """The buy box, or None where it was not asked for or is not known (-2)."""
        stats = self.stats
        if not stats or not isinstance(stats.buy_box_price, int) or stats.buy_box_price < -1:
            return None
        price = stats.buy_box_price
        landed = None if price < 0 else price + (known(stats.buy_box_shipping) or 0)
        seller = stats.buy_box_seller_id or ""
        return BuyBox(
            landed,
            "" if seller in ("-1", "-2") else seller,
            flag(stats.buy_box_is_fba),
            flag(stats.buy_box_is_amazon),
            flag(stats.buy_box_is_unqualified),
            _limit(stats),
        )


def _limit(stats: Statistics) -> str:
    """Why not everybody can buy from the box at once; empty where everybody can."""
    limits = (
        ("preorder", stats.buy_box_is_preorder),
        ("backorder", stats.buy_box_is_backorder),
        ("prime", stats.buy_box_is_prime_exclusive),
    )
    return next((word for word, holds in limits if flag(holds)), "")


def flag(value: Flag) -> bool | None:
    """A yes or no; None for absent and null."""
    return value if isinstance(value, bool) else None


def known(value: Number) -> int | None:
    """A value of which 0 is one; None for absent, null and the negative codes."""
    return value if isinstance(value, int) and value >= 0 else None


def positive(value: Number) -> int | None:
    """A measure that cannot be 0; None for absent, null, 0 and the negative codes."""
    return value if isinstance(value, int) and value > 0 else None


def decode_product(raw: bytes | Raw) -> KeepaProduct:
    """The typed product. Raises InvalidRecord with the path that does not fit."""
    try:
        return msgspec.json.decode(raw, type=KeepaProduct)
    except msgspec.ValidationError as error:
        raise InvalidRecord(f"Keepa's product does not fit: {error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRecord(f"Keepa's product is not JSON: {error}.", kind="decode") from error
