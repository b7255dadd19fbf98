"""What a seller says beyond the fields of a profile: own shipping prices, and the purchase VAT of single offers."""

from django.core.validators import MinValueValidator
from django.db import models

from arbitrage.economics.profiles import PurchaseVat
from products.marketplaces import CHOICES
from products.models import Product

PURCHASE_VAT_CHOICES = [(mode.value, mode.value) for mode in PurchaseVat]


class ShippingRate(models.Model):
    """What a parcel from the seller's own shelf to a buyer costs, by weight: a band of the profile's shipping table."""

    profile = models.ForeignKey("arbitrage.SellerProfile", on_delete=models.CASCADE, related_name="shipping_rates")
    target = models.CharField(max_length=2, choices=CHOICES, help_text="Where the buyer is.")
    up_to = models.PositiveIntegerField(
        validators=[MinValueValidator(1)], help_text="g, packed; the lightest band that holds the parcel counts."
    )
    amount = models.PositiveIntegerField(help_text="EUR cents a parcel, without VAT, packaging included.")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="Last day; empty: until further notice.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "target", "up_to", "valid_from"], name="shipping_rate_once"),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="shipping_rate_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target} to {self.up_to} g from {self.valid_from}"


class PurchaseOverride(models.Model):
    """The purchase VAT of one product on one source, where it differs from what every profile says of that source."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="purchase_overrides", db_column="asin")
    source = models.CharField(max_length=2, choices=CHOICES)
    mode = models.CharField(max_length=24, choices=PURCHASE_VAT_CHOICES)
    note = models.CharField(max_length=200, blank=True, help_text="Why, for example: no VAT invoice from this seller.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "source"], name="purchase_override_once")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.source} {self.mode}"
