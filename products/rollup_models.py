"""Rows of the overview: what a day came to, and what each listing adds to it. `products.rollups` writes them."""

from django.db import models

from products.marketplaces import CHOICES


class RollUp(models.Model):
    """A day of a marketplace, category and brand, for 30 days. Written only by the task `roll_up`."""

    day = models.DateField()
    marketplace = models.CharField(max_length=2, choices=CHOICES)
    category = models.CharField(max_length=200, blank=True)
    brand = models.CharField(max_length=200, blank=True)
    listings = models.PositiveIntegerField(default=0)
    in_stock = models.PositiveIntegerField(default=0, help_text="Listings in stock at the end of the day.")
    close_total = models.BigIntegerField(default=0, help_text="Sum of closing reference prices, minor units.")
    discounted = models.PositiveIntegerField(default=0, help_text="Closing at least 10 % below the median of 90 days.")
    largest_discount = models.IntegerField(default=0, help_text="Permille below the median of 90 days.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "marketplace", "category", "brand"], name="roll_up_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.marketplace} {self.category} {self.brand}"


class RollUpShare(models.Model):
    """What one listing adds to the roll-ups, so that a changed listing is counted anew without reading its group.

    The enrichment raises `marked` with each snapshot, in the transaction that writes the listing; `roll_up` sets
    `counted` to the value that it read. `closes` holds 30 closing prices (int32) from `first_day` on, in the form of
    `products.series.daily`. No foreign key: a share outlives its listing until it is taken out of the sums.
    """

    asin = models.CharField(max_length=10)
    marketplace = models.CharField(max_length=2, choices=CHOICES)
    category = models.CharField(max_length=200, blank=True)
    brand = models.CharField(max_length=200, blank=True)
    marked = models.PositiveBigIntegerField(default=1)
    counted = models.PositiveBigIntegerField(default=0)
    first_day = models.IntegerField(default=0, help_text="Days since 2011-01-01.")
    closes = models.BinaryField(default=bytes)
    median_90 = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asin", "marketplace"], name="roll_up_share_once")]
        indexes = [
            models.Index(
                fields=["marketplace", "category", "brand"],
                condition=models.Q(marked__gt=models.F("counted")),
                name="roll_up_share_marked",
            ),
            models.Index(fields=["marketplace", "category", "brand"], name="roll_up_share_group"),
        ]

    def __str__(self) -> str:
        return f"{self.asin} {self.marketplace}"
