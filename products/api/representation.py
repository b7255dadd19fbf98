"""How the API shows products, listings and watches. Money is minor units of the currency beside it."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from arbitrage_site import clock
from products.marketplaces import CODES, MARKETPLACES
from products.models import Listing, PollTarget, Product, Tag, Watch
from products.search import Hit, ListingHit


class BestFlipShown(serializers.Serializer[dict[str, Any]]):
    """The best flip of the default profile."""

    score = serializers.IntegerField(help_text="0 to 100; only an open opportunity has one.", allow_null=True)
    net_eur = serializers.IntegerField(help_text="EUR cents.")
    roi = serializers.IntegerField(help_text="Basis points.")
    margin = serializers.IntegerField(help_text="Basis points.", allow_null=True)
    source = serializers.ChoiceField(CODES)  # type: ignore[assignment] # the stubs take the name for an attribute
    target = serializers.ChoiceField(CODES)


class ListingHitShown(serializers.Serializer[ListingHit]):
    """A listing of a product in a list: what it costs and how old that is."""

    currency = serializers.CharField()
    new = serializers.IntegerField(allow_null=True)
    amazon = serializers.IntegerField(allow_null=True)
    buy_box = serializers.IntegerField(allow_null=True)
    in_stock = serializers.BooleanField()
    observed_at = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DateTimeField())
    def get_observed_at(self, hit: ListingHit) -> datetime:
        """When Keepa last looked."""
        return clock.moment_of(hit.source_minute)


class HitShown(serializers.Serializer[Hit]):
    """A product as it stands in lists. `price` is the lowest new offer where the list looks, in `currency`."""

    asin = serializers.CharField()
    title = serializers.CharField()
    brand = serializers.CharField()
    category = serializers.CharField()
    price = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    best = serializers.SerializerMethodField()
    updated_at = serializers.DateTimeField()
    listings = serializers.DictField(child=ListingHitShown(), help_text="By marketplace.")

    @extend_schema_field(BestFlipShown(allow_null=True))
    def get_best(self, hit: Hit) -> dict[str, Any] | None:
        """Null while the product has no flip."""
        return _best(hit.score, hit.net, hit.roi, hit.margin, hit.source, hit.target)


class FacetShown(serializers.Serializer[dict[str, Any]]):
    """A value and how many products have it."""

    value = serializers.CharField()
    count = serializers.IntegerField()


class FacetsShown(serializers.Serializer[dict[str, Any]]):
    """Counts that each leave their own filter aside."""

    category = FacetShown(many=True)
    brand = FacetShown(many=True)
    marketplace = FacetShown(many=True)


def _best(
    score: int | None, net: int | None, roi: int | None, margin: int | None, source: str, target: str
) -> dict[str, Any] | None:
    if net is None:
        return None
    return {"score": score, "net_eur": net, "roi": roi, "margin": margin, "source": source, "target": target}


class ListingShown(serializers.ModelSerializer[Listing]):
    """A product on a marketplace. `reference` is the buy box where it was asked, else the lowest new price."""

    url = serializers.SerializerMethodField()

    class Meta:
        model = Listing
        fields = [
            "marketplace",
            "url",
            "currency",
            "reference",
            "buy_box",
            "buy_box_is_fba",
            "buy_box_is_amazon",
            "new",
            "new_fba",
            "amazon",
            "rank",
            "offers",
            "rating",
            "reviews",
            "average_30",
            "average_90",
            "median_90",
            "p25_30",
            "trend_30",
            "delta_1",
            "delta_7",
            "delta_30",
            "in_stock_30",
            "in_stock_90",
            "checked_at",
            "changed_at",
        ]
        read_only_fields = fields

    def get_url(self, listing: Listing) -> str:
        """The listing's page on Amazon."""
        return MARKETPLACES[listing.marketplace].product_url(listing.product_id)


class ProductDetail(serializers.ModelSerializer[Product]):
    """A product with what is known of it on every marketplace."""

    best = serializers.SerializerMethodField()
    watched = serializers.SerializerMethodField()
    listings = ListingShown(many=True)

    class Meta:
        model = Product
        fields = [
            "asin",
            "title",
            "brand",
            "category",
            "eans",
            "best",
            "watched",
            "is_demo",
            "created_at",
            "updated_at",
            "listings",
        ]
        read_only_fields = fields

    @extend_schema_field(BestFlipShown(allow_null=True))
    def get_best(self, row: Product) -> dict[str, Any] | None:
        """Null while the product has no flip."""
        return _best(row.best_score, row.best_net, row.best_roi, row.best_margin, row.best_source, row.best_target)

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(CODES)))
    def get_watched(self, product: Product) -> list[str]:
        """The marketplaces on which it is polled; empty when it is not watched, or paused."""
        watch = getattr(product, "watch", None)
        return [] if watch is None or watch.paused else list(watch.marketplaces)


class PollTargetShown(serializers.ModelSerializer[PollTarget]):
    """When a watched listing was asked, and when it is due again."""

    heat = serializers.CharField(source="get_heat_display")

    class Meta:
        model = PollTarget
        fields = ["marketplace", "heat", "due_at", "polled_at"]
        read_only_fields = fields


class WatchShown(serializers.ModelSerializer[Watch]):
    """A row of the watchlist."""

    asin = serializers.CharField(source="product_id")
    title = serializers.CharField(source="product.title")
    marketplaces = serializers.ListField(child=serializers.ChoiceField(CODES))
    tags: serializers.SlugRelatedField[Tag] = serializers.SlugRelatedField(many=True, read_only=True, slug_field="name")
    targets = PollTargetShown(many=True, source="product.poll_targets")

    class Meta:
        model = Watch
        fields = ["asin", "title", "marketplaces", "paused", "origin", "tags", "note", "added_at", "targets"]
        read_only_fields = fields


class WatchRequest(serializers.Serializer[dict[str, Any]]):
    """What to watch: ASINs or Amazon links, and on which marketplaces (all five unless said)."""

    entries = serializers.ListField(
        child=serializers.CharField(max_length=2048, allow_blank=True), min_length=1, max_length=5000
    )
    marketplaces = serializers.ListField(
        child=serializers.ChoiceField(CODES), min_length=1, max_length=len(CODES), default=list(CODES)
    )

    def validate_marketplaces(self, codes: list[str]) -> list[str]:
        """Each once, in our order."""
        return [code for code in CODES if code in codes]

    def to_internal_value(self, data: Any) -> Any:
        """Refuses names it does not know, so that a misspelt one is not silently left out."""
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({name[:60]: ["Unknown field."] for name in unknown[:20]})
        return super().to_internal_value(data)


class VerdictShown(serializers.Serializer[dict[str, Any]]):
    """What became of one entry."""

    entry = serializers.CharField()
    verdict = serializers.ChoiceField(["added", "already", "duplicate", "malformed", "foreign", "ean", "too_many"])
    asin = serializers.CharField(allow_null=True)
    message = serializers.CharField()


class WatchAnswer(serializers.Serializer[dict[str, Any]]):
    """A verdict per entry, in the order they were sent."""

    added = serializers.IntegerField()
    already = serializers.IntegerField()
    refused = serializers.IntegerField()
    verdicts = VerdictShown(many=True)


class Unwatched(serializers.Serializer[dict[str, Any]]):
    """How many products left the watchlist."""

    removed = serializers.IntegerField()


class SeriesOfListing(serializers.Serializer[dict[str, Any]]):
    """`times` (Unix seconds) and `values` belong together; a value holds until the next time, null is a gap."""

    marketplace = serializers.ChoiceField(CODES)
    currency = serializers.CharField()
    points = serializers.IntegerField(help_text="Change points in the window before thinning.")
    times = serializers.ListField(child=serializers.IntegerField())
    values = serializers.ListField(child=serializers.IntegerField(allow_null=True))


class SeriesShown(serializers.Serializer[dict[str, Any]]):
    """One kind of series of a product, per marketplace."""

    asin = serializers.CharField()
    kind = serializers.CharField()
    series = SeriesOfListing(many=True)
