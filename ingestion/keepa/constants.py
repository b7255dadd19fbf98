"""Keepa's fixed numbers: limits of a request, costs in tokens, and the 36 series types (keepa.md 7 and 9)."""

from typing import NamedTuple

MOST_ASINS = 100
MOST_CATEGORIES = 10
MOST_SEARCH_PAGES = 10

BESTSELLERS_TOKENS = 50
SEARCH_TOKENS = 10
CATEGORY_TOKENS = 2


def product_tokens(*, buybox: bool = False, rating: bool = False, update: int | None = None) -> int:
    """The most that one product can cost: 1, and 2 with the buy box, 1 with the rating, 1 for live data."""
    return 1 + 2 * buybox + rating + (update == 0)


class SeriesType(NamedTuple):
    """One place of `csv`. A triple is (time, price, shipping), all others are pairs; `extra` is filled only on request.

    `deal` says whether Keepa finds deals by it.
    """

    name: str
    price: bool
    deal: bool
    triple: bool
    extra: bool


def _series(name: str, flags: str = "") -> SeriesType:
    """`flags` holds p for a price, d for deals, t for triples, x for extra data."""
    return SeriesType(name, "p" in flags, "d" in flags, "t" in flags, "x" in flags)


SERIES_TYPES: tuple[SeriesType, ...] = (
    _series("AMAZON", "pd"),
    _series("NEW", "pd"),
    _series("USED", "pd"),
    _series("SALES", "d"),
    _series("LISTPRICE", "p"),
    _series("COLLECTIBLE", "pd"),
    _series("REFURBISHED", "pd"),
    _series("NEW_FBM_SHIPPING", "pdtx"),
    _series("LIGHTNING_DEAL", "pd"),
    _series("WAREHOUSE", "pdx"),
    _series("NEW_FBA", "pdx"),
    _series("COUNT_NEW"),
    _series("COUNT_USED"),
    _series("COUNT_REFURBISHED"),
    _series("COUNT_COLLECTIBLE"),
    _series("EXTRA_INFO_UPDATES", "x"),
    _series("RATING", "x"),
    _series("COUNT_REVIEWS", "x"),
    _series("BUY_BOX_SHIPPING", "ptx"),
    _series("USED_NEW_SHIPPING", "pdtx"),
    _series("USED_VERY_GOOD_SHIPPING", "pdtx"),
    _series("USED_GOOD_SHIPPING", "pdtx"),
    _series("USED_ACCEPTABLE_SHIPPING", "pdtx"),
    _series("COLLECTIBLE_NEW_SHIPPING", "pdtx"),
    _series("COLLECTIBLE_VERY_GOOD_SHIPPING", "pdtx"),
    _series("COLLECTIBLE_GOOD_SHIPPING", "pdtx"),
    _series("COLLECTIBLE_ACCEPTABLE_SHIPPING", "pdtx"),
    _series("REFURBISHED_SHIPPING", "pdtx"),
    _series("EBAY_NEW_SHIPPING", "pt"),
    _series("EBAY_USED_SHIPPING", "pt"),
    _series("TRADE_IN", "p"),
    _series("RENT", "px"),
    _series("BUY_BOX_USED_SHIPPING", "pdtx"),
    _series("PRIME_EXCL", "pdx"),
    _series("COUNT_NEW_FBA"),
    _series("COUNT_NEW_FBM"),
)
