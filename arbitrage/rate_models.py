"""Rows of dated rates: VAT, exchange rates, and Amazon's fee tables (economics.md 2, 3, 4).

The files in `rates_data/` fill all but the exchange rates; people edit them in the admin. Shares are ppm, amounts minor
units of the store's currency.
"""

import uuid

from django.db import models

from products.marketplaces import CHOICES


class DatedRow(models.Model):
    """What every rate row says of itself: from when to when it holds (both inclusive), and who says so.

    `edited` rows belong to people: loading the files of the repository leaves them alone.
    """

    class Confidence(models.TextChoices):
        HIGH = "H", "statute, or two independent sources"
        MEDIUM = "M", "one source"
        LOW = "L", "general knowledge"
        UNKNOWN = "?", "not found, or sources in conflict"

    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200)
    confidence = models.CharField(max_length=1, choices=Confidence.choices, default=Confidence.MEDIUM)
    edited = models.BooleanField(default=False, editable=False)
    edited_by = models.CharField(max_length=200, blank=True, editable=False, help_text="Who edited it and when.")

    class Meta:
        abstract = True


class VatRate(DatedRow):
    """VAT of a country for a tax class, ppm."""

    country = models.CharField(max_length=2)
    tax_class = models.CharField(max_length=30, default="standard")
    rate = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["country", "tax_class", "valid_from"], name="vat_rate_once"),
            models.CheckConstraint(condition=models.Q(rate__range=(0, 1_000_000)), name="vat_rate_at_most_all"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.tax_class} {self.valid_from}"


class FeeRate(DatedRow):
    """A dated share, ppm: fuel on fulfilment fees, digital services fee on Amazon's fees, duty, share of returns."""

    class Kind(models.TextChoices):
        FUEL = "fuel", "fuel surcharge"
        DIGITAL_SERVICES = "digital_services", "digital services fee"
        DUTY = "duty", "customs duty by class"
        RETURNS = "returns", "share of returns by class"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    category = models.CharField(max_length=40, blank=True, help_text="Duty or return class; empty for surcharges.")
    seller_country = models.CharField(max_length=2, blank=True, help_text="Empty: any other country.")
    store = models.CharField(max_length=2, choices=CHOICES, blank=True, help_text="Empty: every store.")
    rate = models.IntegerField()
    on_fulfilment = models.BooleanField(default=False, help_text="Digital services fee: FBA fees are in the base.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "category", "seller_country", "store", "valid_from"], name="fee_rate_once"
            ),
            models.CheckConstraint(condition=models.Q(rate__range=(0, 1_000_000)), name="fee_rate_at_most_all"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.category} {self.seller_country} {self.store} {self.valid_from}"


class FxRate(models.Model):
    """The ECB's reference rate of a day: units of `currency` for one euro."""

    day = models.DateField()
    currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=14, decimal_places=6)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "currency"], name="fx_rate_once"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="fx_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.currency}"


class ReferralRate(DatedRow):
    """The referral fee of a fee category in a currency. `tiers` is written "8 to 20; 15" or "15 to 50; +9"."""

    category = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    tiers = models.CharField(
        max_length=120,
        help_text='Percent: "8 to 20; 15" is 8 % of the whole price up to 20.00, else 15 %;'
        ' "15 to 50; +9" is 15 % on the first 50.00 and 9 % on the slice above.',
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "currency", "valid_from"], name="referral_rate_once")
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.currency} {self.valid_from}"


class FeeAmount(DatedRow):
    """A cell of a fee table: FBA by size tier and weight, storage by season, amounts per item, limits."""

    class Kind(models.TextChoices):
        FBA_LOCAL = "fba_local", "FBA, local stock"
        FBA_PEAK = "fba_peak", "FBA in the festive peak"
        FBA_LOW_PRICE = "fba_low_price", "FBA at a low price"
        FBA_SELECTED = "fba_selected", "FBA of selected categories"
        EFN = "efn", "EFN"
        EFN_PEAK = "efn_peak", "EFN in the festive peak"
        EFN_FROM_UK = "efn_from_uk", "EFN from the UK"
        EFN_TO_UK = "efn_to_uk", "EFN to the UK"
        NO_CEP = "no_cep", "surcharge without the Central Europe Programme"
        HAZMAT = "hazmat", "dangerous goods"
        LOW_PRICE_LIMIT = "low_price_limit", "highest price of low-price FBA"
        PEAK_SEASON = "peak_season", "days of the festive peak"
        MINIMUM = "minimum", "least referral fee"
        PER_ITEM = "per_item", "per item, individual plan"
        CLOSING = "closing", "closing fee"
        STORAGE = "storage", "storage a month"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    store = models.CharField(max_length=2, choices=CHOICES, blank=True, help_text="Empty: every store.")
    tier = models.CharField(max_length=40, blank=True, help_text="Size tier, or group of goods.")
    up_to = models.PositiveIntegerField(default=0, help_text="Billed weight in g that the amount covers; 0: any.")
    months = models.CharField(max_length=5, blank=True, help_text='Storage: months it applies in, "10-12".')
    amount = models.PositiveIntegerField(help_text="Minor units of the store's currency, EUR where there is no store.")
    per_step = models.PositiveIntegerField(default=0, help_text="Added for each further step of weight begun.")
    step = models.PositiveIntegerField(default=0, help_text="g; 0: nothing is heavier.")
    unit = models.CharField(max_length=3, blank=True, help_text="Storage: m3 or ft3.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "store", "tier", "up_to", "months", "valid_from"], name="fee_amount_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.store} {self.tier} {self.up_to} {self.valid_from}"


class SizeTier(DatedRow):
    """An FBA size tier: sides and girth in mm, weights in g, null: no limit. The first by rank that fits wins."""

    name = models.CharField(max_length=40)
    rank = models.PositiveSmallIntegerField()
    longest = models.PositiveIntegerField(null=True, blank=True)
    middle = models.PositiveIntegerField(null=True, blank=True)
    shortest = models.PositiveIntegerField(null=True, blank=True)
    max_girth = models.PositiveIntegerField(null=True, blank=True)
    max_weight = models.PositiveIntegerField(null=True, blank=True)
    max_dimensional = models.PositiveIntegerField(null=True, blank=True)
    dimensional = models.BooleanField(default=False, help_text="Bills the larger of unit and dimensional weight.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "valid_from"], name="size_tier_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.valid_from}"


class CategoryMapping(DatedRow):
    """What one of Keepa's root categories, by name, means for fees, VAT, duty and storage."""

    name = models.CharField(max_length=200)
    fee_categories = models.CharField(max_length=200, help_text="Candidates in order, separated by |.")
    tax_class = models.CharField(max_length=30, help_text='"unknown": goods of several rates.')
    duty_class = models.CharField(max_length=40, blank=True)
    low_price_special = models.BooleanField(default=False, help_text="The lower limit of low-price FBA holds.")
    media = models.BooleanField(default=False, help_text="Amazon charges a closing fee.")
    storage = models.CharField(max_length=40, blank=True)
    returns = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "valid_from"], name="category_mapping_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.valid_from}"


class TablesStamp(models.Model):
    """One row that changes with every change of a fee table, so that a process may keep what it loaded."""

    value = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return str(self.value)
