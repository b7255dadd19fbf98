"""Listings as the economics sees them, without a database row."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Seen:
    """A listing: a toy of 79.99 in a small parcel, unless told otherwise."""

    marketplace: str
    amazon: int | None = None
    new: int | None = 4999
    buy_box: int | None = 7999
    buybox_minute: int | None = 1
    median_90: int | None = None
    p25_30: int | None = None
    referral_rate: int | None = 150_000
    fba_fee: int | None = 315
    closing_fee: int | None = None
    category: str = "Toys"
    source_minute: int = 8_300_000
    package_length: int | None = 300
    package_width: int | None = 220
    package_height: int | None = 100
    package_weight: int | None = 850
    is_hazmat: bool | None = None
