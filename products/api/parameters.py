"""What lists of products can be asked for over the API."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from arbitrage_site.paging import PageQuery
from products.marketplaces import CODES, MARKETPLACES
from products.search.base import CURRENCIES, InvalidQuery, SearchQuery

SORTS = {
    "updated_desc": "-updated",
    "updated_asc": "updated",
    "price_desc": "-price",
    "price_asc": "price",
    "margin_desc": "-margin",
    "margin_asc": "margin",
}
MINOR_UNITS = 100
BASIS_POINTS = 100


class ProductParameters(PageQuery):
    """Filters, order and page of the products; `query` is what they ask for."""

    q = serializers.CharField(default="", allow_blank=True, max_length=200, help_text="Words of title, brand, ASIN.")
    marketplace = serializers.ChoiceField(CODES, default=None, help_text="Listed there; prices are looked at there.")
    category = serializers.CharField(default="", allow_blank=True, max_length=200)
    brand = serializers.CharField(default="", allow_blank=True, max_length=200)
    min_margin = serializers.DecimalField(
        default=Decimal(0), min_value=0, max_value=100, max_digits=5, decimal_places=2, help_text="Percent."
    )
    max_price = serializers.DecimalField(
        default=None, min_value=0, max_value=1_000_000, max_digits=9, decimal_places=2, help_text="In `currency`."
    )
    currency = serializers.ChoiceField(CURRENCIES, default=None, help_text="Default: the marketplace's, or EUR.")
    in_stock = serializers.BooleanField(default=False)
    sort_by = serializers.ChoiceField(list(SORTS), default="updated_desc")

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError where two parameters contradict each other."""
        try:
            query = SearchQuery(
                text=asked["q"],
                marketplace=asked["marketplace"],
                category=asked["category"],
                brand=asked["brand"],
                min_margin=int(asked["min_margin"] * BASIS_POINTS) or None,
                max_price=None if asked["max_price"] is None else int(asked["max_price"] * MINOR_UNITS),
                currency=_currency(asked["marketplace"], asked["currency"]),
                in_stock=asked["in_stock"],
                sort=SORTS[asked["sort_by"]],
                page=asked["page"],
                page_size=asked["page_size"],
            )
        except InvalidQuery as error:
            raise serializers.ValidationError(str(error)) from error
        return {"query": query}


def _currency(marketplace: str | None, currency: str | None) -> str:
    if marketplace is None:
        return currency or "EUR"
    own = MARKETPLACES[marketplace].currency
    if currency not in (None, own):
        raise serializers.ValidationError({"currency": [f"Prices in {marketplace} are in {own}."]})
    return own
