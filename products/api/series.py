"""Series of a product for charts: cut, thinned, and answered with 304 while nothing changed."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from arbitrage_site import clock
from arbitrage_site.parameters import CheckedViewSet
from products import series
from products.api.representation import SeriesShown
from products.marketplaces import CODES
from products.models import Listing, Product
from products.series.thinning import thin, window

KINDS = {
    "buy_box": series.BUY_BOX,
    "new": series.NEW,
    "new_fba": series.NEW_FBA,
    "amazon": series.AMAZON,
    "list_price": series.LISTPRICE,
    "rank": series.SALES,
    "offers": series.COUNT_NEW,
    "offers_fba": series.COUNT_NEW_FBA,
    "rating": series.RATING,
    "reviews": series.COUNT_REVIEWS,
}
DEFAULT_DAYS = 90
OLDEST = datetime(2011, 1, 1, tzinfo=UTC)


class SeriesQuery(serializers.Serializer[dict[str, Any]]):
    """Which series, and when."""

    kind = serializers.ChoiceField(list(KINDS), default="new", help_text="Prices are minor units, ratings tenths.")

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python, so it cannot be declared as an attribute."""
        since = serializers.DateTimeField(default=None, default_timezone=UTC, help_text="Default: 90 days ago.")
        until = serializers.DateTimeField(default=None, default_timezone=UTC, help_text="Default: the newest.")
        return {**super().get_fields(), "from": since, "to": until}

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The window in order, and beginning on a whole day when nothing was said, so that its tag holds."""
        now = clock.now()
        until = min(asked["to"] or now + timedelta(days=1), now + timedelta(days=1))
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        since = max(asked["from"] or midnight - timedelta(days=DEFAULT_DAYS), OLDEST)
        if since >= until:
            raise serializers.ValidationError({"from": ["It must lie before `to`, and in the past."]})
        given = f"{asked['kind']} {since} {asked['to']}"
        return {**asked, "since": clock.minute_of(since), "until": clock.minute_of(until), "given": given}


class SeriesViewSet(CheckedViewSet):
    """Price, rank and offer history."""

    queries = {"retrieve": SeriesQuery}

    @extend_schema(parameters=[SeriesQuery], responses={200: SeriesShown, 304: None}, tags=["products"])
    def retrieve(self, request: Request, asin: str) -> HttpResponseBase:
        """One kind of series per marketplace, at most 400 points each; no low and no high is lost by thinning."""
        if not Product.objects.filter(pk=asin).exists():
            raise NotFound(f"The product {asin} is not known here.")
        listings = Listing.objects.filter(product_id=asin)
        headers = {"ETag": self._tag(listings), "Cache-Control": "private, no-cache"}
        unchanged = get_conditional_response(request._request, etag=headers["ETag"])  # noqa: SLF001 - DRF has no other
        if unchanged is not None:
            return unchanged
        return Response({"asin": asin, "kind": self.asked["kind"], "series": self._drawn(listings)}, headers=headers)

    def _tag(self, listings: QuerySet[Listing]) -> str:
        versions = sorted(listings.values_list("marketplace", "source_minute", "changed_at"))
        text = f"{self.asked['given']} {versions}"
        return f'W/"{blake2b(text.encode(), digest_size=16).hexdigest()}"'

    def _drawn(self, listings: QuerySet[Listing]) -> list[dict[str, Any]]:
        rows = sorted(listings, key=lambda row: CODES.index(row.marketplace))
        drawn = [self._line(row) for row in rows]
        return [line for line in drawn if line["times"]]

    def _line(self, listing: Listing) -> dict[str, Any]:
        found = series.of_listing(listing).get(KINDS[self.asked["kind"]], series.series_of([], []))
        cut = window(found, self.asked["since"], min(self.asked["until"], listing.source_minute))
        shown = thin(cut)
        return {
            "marketplace": listing.marketplace,
            "currency": listing.currency,
            "points": len(cut.minutes),
            "times": ((shown.minutes.astype("int64") + clock.KEEPA_EPOCH_MINUTES) * 60).tolist(),
            "values": [None if value < 0 else value for value in shown.values.tolist()],
        }
