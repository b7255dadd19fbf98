"""Rows of the arbitrage app: profiles, dated rates, opportunities, alert rules and alerts.

Money is minor units of the currency named beside it; rates are parts per million (ppm), so 19 % is 190000;
ratios that people read (ROI, margin) are basis points, so 22.03 % is 2203.
"""

import uuid

from django.conf import settings
from django.db import models

from arbitrage.rate_models import (
    CategoryMapping,
    FeeAmount,
    FeeRate,
    FxRate,
    ReferralRate,
    SizeTier,
    TablesStamp,
    VatRate,
)
from arbitrage.seller_models import PurchaseOverride, ShippingRate
from products.marketplaces import CHOICES
from products.models import Product

__all__ = [
    "Alert",
    "AlertRead",
    "AlertRule",
    "BlockedBrand",
    "CategoryMapping",
    "FeeAmount",
    "FeeRate",
    "FxRate",
    "Opportunity",
    "PurchaseOverride",
    "ReferralRate",
    "SellerProfile",
    "ShippingRate",
    "SizeTier",
    "TablesStamp",
    "VatRate",
]


class SellerProfile(models.Model):
    """Everything that turns prices into profit (economics.md 1.1). Amounts are EUR cents per unit, without VAT."""

    class Regime(models.TextChoices):
        VAT_REGISTERED = "VAT_REGISTERED", "registered for VAT"
        SMALL_BUSINESS = "SMALL_BUSINESS", "small business, no VAT"
        MARGIN_SCHEME = "MARGIN_SCHEME", "margin scheme for used goods"

    class Fulfilment(models.TextChoices):
        FBA_LOCAL = "FBA_LOCAL", "FBA in the target country"
        FBA_EFN = "FBA_EFN", "FBA across borders (EFN)"
        FBM = "FBM", "own shipping (FBM)"

    class Unregistered(models.TextChoices):
        FBA_EFN = "FBA_EFN", "FBA across borders (EFN)"
        FBM = "FBM", "own shipping (FBM)"

    name = models.CharField(max_length=60, unique=True)
    is_default = models.BooleanField(default=False)
    enabled = models.BooleanField(default=True)
    country = models.CharField(max_length=2, default="DE", help_text="Where the seller is established.")
    vat_registrations = models.JSONField(default=list, help_text='Countries, for example ["DE", "FR"].')
    regime = models.CharField(max_length=20, choices=Regime.choices, default=Regime.VAT_REGISTERED)
    purchase_vat = models.JSONField(
        default=dict,
        blank=True,
        help_text="Purchase VAT mode per source, where it differs from the rule of the route (economics.md 1.1).",
    )
    fulfilment = models.CharField(max_length=12, choices=Fulfilment.choices, default=Fulfilment.FBA_LOCAL)
    unregistered = models.CharField(
        max_length=12,
        choices=Unregistered.choices,
        default=Unregistered.FBA_EFN,
        help_text="How goods reach a country where no VAT registration allows local stock.",
    )
    inbound = models.IntegerField(default=0, help_text="EUR cents a unit, transport to the warehouse.")
    prep = models.IntegerField(default=0, help_text="EUR cents a unit.")
    storage = models.IntegerField(
        null=True,
        blank=True,
        help_text="EUR cents a unit until it is sold. Empty: Amazon's price of the month for the packed volume.",
    )
    storage_days = models.PositiveSmallIntegerField(
        default=30, help_text="Days until a unit is sold, for storage by volume; at most 240."
    )
    freight = models.PositiveIntegerField(
        null=True, blank=True, help_text="EUR cents a unit, to the border of a UK leg. Empty: unknown."
    )
    brokerage = models.PositiveIntegerField(
        null=True, blank=True, help_text="EUR cents a unit, customs on a UK leg. Empty: unknown."
    )
    duty = models.PositiveIntegerField(
        null=True, blank=True, help_text="Customs duty on a UK leg, ppm of the customs value. Empty: unknown."
    )
    fx_spread = models.IntegerField(default=0, help_text="Conversion spread really paid, ppm.")
    cep_enrolled = models.BooleanField(
        default=True, help_text="In Amazon's Central Europe Programme: FBA in DE costs EUR 0.26 less a unit."
    )
    individual_plan = models.BooleanField(
        default=False, help_text="Sells on the individual plan: Amazon charges a fee per item."
    )
    uses_oss = models.BooleanField(
        default=True, help_text="Off: sales shipped from another member state carry the home VAT (below EUR 10,000)."
    )
    postponed_accounting = models.BooleanField(
        default=False, help_text="Import VAT is declared and deducted at once, so that no cash is tied up."
    )
    eu_small_business = models.BooleanField(
        default=False, help_text="Has the EX number of the EU small business scheme for sales in other member states."
    )
    turnover_prior = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="EUR cents, domestic, the year before. Empty: not watched."
    )
    turnover_current = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="EUR cents, domestic, this year so far. Empty: not watched."
    )
    turnover_abroad = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="EUR cents, to consumers in other member states, this year. Empty: not watched.",
    )
    return_rate = models.PositiveIntegerField(
        null=True, blank=True, help_text="Share of sales that come back, ppm. Empty: returns are left out."
    )
    resaleable = models.PositiveIntegerField(default=0, help_text="Share of returns sold again as new, ppm.")
    salvage = models.PositiveIntegerField(default=0, help_text="What the other returns bring, ppm of the landed cost.")
    return_handling = models.PositiveIntegerField(default=0, help_text="EUR cents a return.")
    min_roi = models.IntegerField(default=1500, help_text="Basis points.")
    min_profit = models.IntegerField(default=300, help_text="EUR cents.")
    target_roi = models.IntegerField(default=2000, help_text="Basis points; for the maximum buy price.")
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_profile"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Opportunity(models.Model):
    """A flip that passed its profile's thresholds. Written only by the detector.

    `net`, `fees`, `sell_price` and the like are minor units of `currency`, the target's; `buy_price` of
    `buy_currency`.
    """

    class State(models.TextChoices):
        OPEN = "open", "open"
        CLOSED = "closed", "closed"

    class CloseReason(models.TextChoices):
        SOURCE_ROSE = "source_rose", "the source price rose"
        TARGET_FELL = "target_fell", "the sale price fell"
        OUT_OF_STOCK = "out_of_stock", "a leg is out of stock"
        INCOMPLETE = "incomplete", "an input is missing"
        STALE = "stale", "a leg is older than 24 hours"
        PROFILE = "profile", "the profile or a rate changed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="opportunities", db_column="asin")
    source = models.CharField(max_length=2, choices=CHOICES)
    target = models.CharField(max_length=2, choices=CHOICES)
    profile = models.ForeignKey(SellerProfile, on_delete=models.CASCADE, related_name="opportunities")
    state = models.CharField(max_length=6, choices=State.choices, default=State.OPEN)
    close_reason = models.CharField(max_length=12, choices=CloseReason.choices, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    evaluated_at = models.DateTimeField()

    buy_price = models.BigIntegerField()
    buy_currency = models.CharField(max_length=3)
    sell_price = models.BigIntegerField(help_text="The conservative price, at which the flip is judged.")
    reference_price = models.BigIntegerField(help_text="The current reference price.")
    currency = models.CharField(max_length=3)
    fees = models.BigIntegerField()
    net = models.BigIntegerField()
    net_eur = models.BigIntegerField(help_text="EUR cents, for sorting.")
    roi = models.IntegerField(help_text="Basis points of the landed cost.")
    margin = models.IntegerField(help_text="Basis points of the net revenue.")
    max_buy = models.BigIntegerField(null=True, help_text="Most one may pay at the profile's target ROI, buy_currency.")
    break_even = models.BigIntegerField(null=True)
    net_without_refund = models.BigIntegerField(null=True, help_text="Net profit if the source's VAT is lost.")
    is_estimate = models.BooleanField(default=False)
    gross_profit = models.BigIntegerField(help_text="Target minus source price; what simple tools show.")
    gross_margin = models.IntegerField(help_text="Basis points of the target price.")
    simple_net = models.BigIntegerField(help_text="Gross profit less 15 % of the target price.")
    simple_confidence = models.CharField(max_length=6, blank=True)
    simple_priority = models.IntegerField(help_text="Permille.")

    score = models.SmallIntegerField()
    score_version = models.SmallIntegerField()
    score_parts = models.JSONField(default=list)
    reasons = models.JSONField(default=list)
    risk = models.JSONField(default=dict, help_text="Risk figures by name, as of the last time it was scored.")
    chance = models.SmallIntegerField(null=True, help_text="Chance of a profit, permille. Empty: unknown.")
    profit_per_day = models.BigIntegerField(
        null=True, help_text="Expected profit per capital day, thousandths of a euro. Empty: unknown."
    )

    peak_net_eur = models.BigIntegerField()
    peak_roi = models.IntegerField()
    peak_at = models.DateTimeField()
    event_net_eur = models.BigIntegerField(help_text="As the row's last event said.")
    event_roi = models.IntegerField()
    is_demo = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "opportunities"
        constraints = [
            models.UniqueConstraint(
                fields=["product", "source", "target", "profile"],
                condition=models.Q(state="open"),
                name="opportunity_open_once",
            )
        ]
        indexes = [
            models.Index(fields=["state", "-score", "-net_eur"], name="opportunity_best"),
            models.Index(fields=["state", "-net_eur"], name="opportunity_net"),
            models.Index(fields=["closed_at"], name="opportunity_closed"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.source} {self.target}"


class BlockedBrand(models.Model):
    """A brand that the seller may not or will not sell: its flips are shown, and scored 0."""

    name = models.CharField(max_length=200, unique=True, help_text="As Amazon writes it; case does not matter.")
    reason = models.CharField(max_length=200, blank=True, help_text="Shown with the score, for example: gated.")

    def __str__(self) -> str:
        return self.name


class AlertRule(models.Model):
    """When an event of an opportunity becomes an alert."""

    class Severity(models.TextChoices):
        INFO = "info", "info"
        WARNING = "warning", "warning"
        CRITICAL = "critical", "critical"

    name = models.CharField(max_length=80, unique=True)
    enabled = models.BooleanField(default=True)
    profile = models.ForeignKey(
        SellerProfile,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        help_text="Whose opportunities it watches. Empty: those of the default profile.",
    )
    states = models.JSONField(default=list, help_text='Events it listens to, for example ["opened", "reopened"].')
    min_score = models.SmallIntegerField(default=70)
    min_net = models.IntegerField(default=500, help_text="EUR cents.")
    severity = models.CharField(max_length=8, choices=Severity.choices, default=Severity.INFO)

    def __str__(self) -> str:
        return self.name


class Alert(models.Model):
    """One alert in the inbox. Its id is UUID5(rule, triggering event), so a repeat writes nothing."""

    id = models.UUIDField(primary_key=True, editable=False)
    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="alerts")
    opportunity = models.ForeignKey(Opportunity, on_delete=models.CASCADE, related_name="alerts")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="alerts", db_column="asin")
    event_id = models.UUIDField()
    state = models.CharField(max_length=10)
    severity = models.CharField(max_length=8, choices=AlertRule.Severity.choices)
    numbers = models.JSONField(default=dict, help_text="The flip's numbers when the rule fired.")
    occurred_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.id)


class AlertRead(models.Model):
    """A user's read mark."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="reads")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "alert"], name="alert_read_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.alert_id}"
