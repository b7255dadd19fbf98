"""Rows of the products app: products, listings, watches, poll targets; roll-ups and the index's rows beside it."""

from django.db import models

from products.marketplaces import CHOICES, CODES
from products.rollup_models import RollUp, RollUpShare
from products.search_models import SearchDirty, SearchLease, SearchTombstone

__all__ = [
    "Listing",
    "PollTarget",
    "Product",
    "RecomputeAll",
    "RollUp",
    "RollUpShare",
    "SearchDirty",
    "SearchLease",
    "SearchTombstone",
    "Tag",
    "Watch",
]

GONE = 4
"""Keepa's productType of something invalid or gone, maybe for a while (keepa.md 10)."""


def all_marketplaces() -> list[str]:
    """The default of a new watch: poll everywhere."""
    return list(CODES)


class Tag(models.Model):
    """A word with which people group what they watch."""

    name = models.CharField(max_length=40, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """An ASIN; exists once. Texts come from the first marketplace, in our order, that has them."""

    asin = models.CharField(max_length=10, primary_key=True)
    title = models.CharField(max_length=500, blank=True)
    brand = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=200, blank=True, help_text="Name of Keepa's root category.")
    eans = models.JSONField(default=list, blank=True)
    search_text = models.TextField(blank=True, help_text="Folded title, brand, ASIN and EANs.")
    document_version = models.PositiveBigIntegerField(default=1)
    recompute_wanted = models.BooleanField(default=False)
    best_score = models.SmallIntegerField(null=True, blank=True)
    best_net = models.BigIntegerField(null=True, blank=True, help_text="EUR cents, default profile.")
    best_roi = models.IntegerField(null=True, blank=True, help_text="Basis points, default profile.")
    best_margin = models.IntegerField(null=True, blank=True, help_text="Basis points, default profile.")
    best_source = models.CharField(max_length=2, blank=True)
    best_target = models.CharField(max_length=2, blank=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["recompute_wanted"],
                condition=models.Q(recompute_wanted=True),
                name="product_recompute",
            ),
            models.Index(fields=["category"], name="product_category"),
            models.Index(fields=["brand"], name="product_brand"),
            models.Index(fields=["-best_net"], name="product_best_net"),
        ]

    def __str__(self) -> str:
        return self.asin


class RecomputeAll(models.Model):
    """The wish that the detector looks at all products again: one row, or none. `after` is the last it looked at."""

    ONLY = 1

    after = models.CharField(max_length=10, blank=True)

    def __str__(self) -> str:
        return f"after {self.after}"


class Watch(models.Model):
    """The decision to poll a product on given marketplaces."""

    class Origin(models.TextChoices):
        ADMIN = "admin", "admin"
        PAGE = "page", "page"
        API = "api", "API"
        ENVIRONMENT = "environment", "ASIN_WATCHLIST"
        FILE = "file", "config/watchlist.txt"
        DEMO = "demo", "demo"

    product = models.OneToOneField(Product, on_delete=models.CASCADE, related_name="watch", db_column="asin")
    marketplaces = models.JSONField(default=all_marketplaces)
    paused = models.BooleanField(default=False)
    origin = models.CharField(max_length=12, choices=Origin.choices, default=Origin.ADMIN)
    tags = models.ManyToManyField(Tag, blank=True, related_name="watches")
    note = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "watches"
        indexes = [models.Index(fields=["product"], condition=models.Q(paused=True), name="watch_paused")]

    def __str__(self) -> str:
        return self.product_id


class PollTarget(models.Model):
    """One watched listing as the planner sees it: how hot, when due, who has it.

    Written only through `products.services`. `lease_until` in the future means that a worker asks Keepa now.
    """

    class Heat(models.IntegerChoices):
        COLD = 0, "cold"
        NEAR = 1, "near an opportunity"
        OPEN = 2, "in an open opportunity"

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="poll_targets", db_column="asin")
    marketplace = models.CharField(max_length=2, choices=CHOICES)
    heat = models.SmallIntegerField(choices=Heat.choices, default=Heat.COLD)
    due_at = models.DateTimeField(help_text="From when asking Keepa again makes sense.")
    lease_until = models.DateTimeField(null=True, blank=True)
    lease = models.CharField(max_length=36, blank=True, help_text="Token of the worker that holds the lease.")
    polled_at = models.DateTimeField(null=True, blank=True)
    source_minute = models.IntegerField(null=True, blank=True, help_text="Keepa's lastUpdate in the last answer.")
    pace = models.FloatField(default=1.0, help_text="Square root of the expected changes a day.")
    buy_box_polled_at = models.DateTimeField(null=True, blank=True)
    rating_polled_at = models.DateTimeField(null=True, blank=True)
    full_history_wanted = models.BooleanField(default=True)
    failures = models.PositiveSmallIntegerField(default=0, help_text="Answers in a row without this product.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "marketplace"], name="poll_target_once")]
        indexes = [
            models.Index(fields=["due_at"], name="poll_target_due_at"),
            models.Index(fields=["id"], condition=models.Q(source_minute__isnull=True), name="poll_target_unasked"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.marketplace}"


class Listing(models.Model):
    """A product on a marketplace: what Keepa last said, packed history, windowed columns.

    Written only by `consume_raw`. Prices are minor units of `currency`; null means nothing on offer, or never seen.
    A group of scalars (base, buybox, rating, offers) is replaced only by a snapshot whose
    (source minute, log epoch, offset) is larger than the one stored for that group.
    Windowed columns end at `source_minute` and are weighted by time in stock.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="listings", db_column="asin")
    marketplace = models.CharField(max_length=2, choices=CHOICES)
    currency = models.CharField(max_length=3)
    is_demo = models.BooleanField(default=False)

    title = models.CharField(max_length=500, blank=True)
    brand = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=200, blank=True)
    category_id = models.BigIntegerField(null=True)
    eans = models.JSONField(default=list)
    product_type = models.SmallIntegerField(default=0, help_text="Keepa's productType (keepa.md 10).")
    package_length = models.IntegerField(null=True, help_text="mm")
    package_width = models.IntegerField(null=True, help_text="mm")
    package_height = models.IntegerField(null=True, help_text="mm")
    package_weight = models.IntegerField(null=True, help_text="g")
    pack_quantity = models.IntegerField(null=True)
    referral_rate = models.IntegerField(null=True, help_text="Parts per million of the price, from Keepa.")
    fba_fee = models.BigIntegerField(null=True, help_text="Keepa's pick and pack fee.")
    closing_fee = models.BigIntegerField(null=True, help_text="Keepa's variable closing fee.")
    amazon = models.BigIntegerField(null=True)
    new = models.BigIntegerField(null=True, help_text="Lowest new offer with shipping.")
    new_fba = models.BigIntegerField(null=True)
    rank = models.IntegerField(null=True)
    offers = models.IntegerField(null=True, help_text="Number of new offers.")
    availability_amazon = models.SmallIntegerField(null=True)
    monthly_sold = models.IntegerField(null=True, help_text="Amazon's lower bound of units sold in the past month.")
    sold_minute = models.IntegerField(null=True, help_text="Keepa minute at which `monthly_sold` was read.")
    return_rate = models.SmallIntegerField(null=True, help_text="Keepa's returnRate: 1 low, 2 high, null usual.")
    is_hazmat = models.BooleanField(null=True)
    is_heat_sensitive = models.BooleanField(null=True)
    new_is_map = models.BooleanField(null=True, help_text="A minimum-price rule hides the price of new offers.")

    buy_box = models.BigIntegerField(null=True, help_text="Landed price.")
    buy_box_seller = models.CharField(max_length=30, blank=True)
    buy_box_is_fba = models.BooleanField(null=True)
    buy_box_is_amazon = models.BooleanField(null=True)
    buy_box_is_unqualified = models.BooleanField(null=True, help_text="Offers exist, but none of them has the box.")
    buy_box_limit = models.CharField(max_length=10, blank=True, default="", help_text="preorder, backorder or prime.")
    rating = models.SmallIntegerField(null=True, help_text="Stars times ten.")
    reviews = models.IntegerField(null=True)
    offers_fba = models.IntegerField(null=True)
    offers_fbm = models.IntegerField(null=True)

    base_minute = models.IntegerField(null=True)
    base_epoch = models.IntegerField(default=0)
    base_offset = models.BigIntegerField(default=-1)
    base_from = models.IntegerField(null=True, help_text="Keepa minute since which history is covered; 0 means all.")
    buybox_minute = models.IntegerField(null=True, help_text="Null: the buy box was never asked.")
    buybox_epoch = models.IntegerField(default=0)
    buybox_offset = models.BigIntegerField(default=-1)
    buybox_from = models.IntegerField(null=True)
    rating_minute = models.IntegerField(null=True)
    rating_epoch = models.IntegerField(default=0)
    rating_offset = models.BigIntegerField(default=-1)
    rating_from = models.IntegerField(null=True)
    offers_minute = models.IntegerField(null=True)
    offers_epoch = models.IntegerField(default=0)
    offers_offset = models.BigIntegerField(default=-1)

    coverage = models.JSONField(default=dict, help_text="Stretches of Keepa minutes covered, by group.")
    history_base = models.BinaryField(default=bytes)
    history_tail = models.BinaryField(default=bytes)
    history_base_until = models.IntegerField(default=0, help_text="Keepa minute of the newest point in the base.")

    reference = models.BigIntegerField(null=True, help_text="Buy box where it was asked, else NEW.")
    average_30 = models.BigIntegerField(null=True)
    average_90 = models.BigIntegerField(null=True)
    median_90 = models.BigIntegerField(null=True)
    p25_30 = models.BigIntegerField(null=True)
    trend_30 = models.IntegerField(null=True, help_text="Last 7 days over days 24 to 30, permille.")
    delta_1 = models.BigIntegerField(null=True)
    delta_7 = models.BigIntegerField(null=True)
    delta_30 = models.BigIntegerField(null=True)
    in_stock_30 = models.SmallIntegerField(null=True, help_text="Permille of the last 30 days.")
    in_stock_90 = models.SmallIntegerField(null=True, help_text="Permille of the last 90 days.")
    stock_days = models.IntegerField(default=0, help_text="Whole days in stock in the last 365.")
    change_points = models.IntegerField(default=0, help_text="Changes of the reference price in the last 90 days.")

    source_minute = models.IntegerField(default=0, help_text="Keepa's lastUpdate of the newest snapshot.")
    checked_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "marketplace"], name="listing_once")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.marketplace}"
