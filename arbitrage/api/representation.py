"""How the API shows opportunities, flips and alerts. Money is minor units of the currency beside it."""

from typing import Any

from rest_framework import serializers

from arbitrage.economics.flip import Flip
from arbitrage.economics.lines import Line
from arbitrage.models import Alert, Opportunity
from products.marketplaces import CODES, MARKETPLACES


class Links(serializers.Serializer[Opportunity]):
    """The two listings on Amazon, built from the marketplaces' own table."""

    source_url = serializers.SerializerMethodField()
    target_url = serializers.SerializerMethodField()

    def get_source_url(self, row: Opportunity) -> str:
        """Where to buy."""
        return MARKETPLACES[row.source].product_url(row.product_id)

    def get_target_url(self, row: Opportunity) -> str:
        """Where to sell."""
        return MARKETPLACES[row.target].product_url(row.product_id)


class OpportunityShown(Links, serializers.ModelSerializer[Opportunity]):
    """An opportunity as it stands in lists.

    `buy_price`, `max_buy` are minor units of `buy_currency`; the other amounts of `currency`, those that end in `_eur`
    EUR cents. `roi`, `margin`, `gross_margin` are basis points, `chance` permille,
    `profit_per_day` thousandths of a euro. `gross_*` and `simple_*` are what simple tools show.
    """

    asin = serializers.CharField(source="product_id")
    title = serializers.CharField(source="product.title")
    brand = serializers.CharField(source="product.brand")
    category = serializers.CharField(source="product.category")
    profile = serializers.CharField(source="profile.name")
    reasons = serializers.JSONField(help_text="Codes for and against.")

    class Meta:
        model = Opportunity
        fields = [
            "id",
            "asin",
            "title",
            "brand",
            "category",
            "source",
            "target",
            "source_url",
            "target_url",
            "profile",
            "state",
            "close_reason",
            "is_estimate",
            "is_demo",
            "score",
            "reasons",
            "chance",
            "profit_per_day",
            "buy_price",
            "buy_currency",
            "sell_price",
            "reference_price",
            "currency",
            "fees",
            "net",
            "net_eur",
            "roi",
            "margin",
            "max_buy",
            "break_even",
            "net_without_refund",
            "gross_profit",
            "gross_margin",
            "simple_net",
            "simple_confidence",
            "simple_priority",
            "opened_at",
            "closed_at",
            "evaluated_at",
        ]
        read_only_fields = fields


class LineShown(serializers.Serializer[Line]):
    """One line of a flip. `amount` is signed as it enters the net profit; lines of kind `info` are in no sum."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # the stubs take the name for an attribute
    kind = serializers.ChoiceField(["revenue", "fee", "cost", "info"])
    amount = serializers.IntegerField()
    currency = serializers.CharField()
    formula = serializers.CharField()
    rate = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment] # the stubs take the name for an attribute
    valid_from = serializers.DateField(allow_null=True)


class FlipShown(serializers.Serializer[Flip]):
    """A flip at the prices known now, line by line; the lines of revenue, fee and cost add up to `net`."""

    currency = serializers.CharField()
    revenue = serializers.IntegerField()
    fees = serializers.IntegerField()
    cost = serializers.IntegerField()
    net = serializers.IntegerField()
    net_eur = serializers.IntegerField()
    roi = serializers.IntegerField()
    vat_prefinanced = serializers.IntegerField()
    cash_tied = serializers.IntegerField()
    cash_roi = serializers.IntegerField()
    margin = serializers.IntegerField()
    net_if_vat_lost = serializers.IntegerField(allow_null=True)
    estimates = serializers.ListField(child=serializers.CharField(), source="inputs.estimates")
    lines = LineShown(many=True)


class OpportunityDetail(OpportunityShown):
    """An opportunity with its score's parts, its peak, and the flip as it would be priced now."""

    score_parts = serializers.JSONField()
    risk = serializers.JSONField(help_text="Risk figures by name: permille, days, or minor units of `currency`.")

    class Meta(OpportunityShown.Meta):
        fields = [
            *OpportunityShown.Meta.fields,
            "score_version",
            "score_parts",
            "risk",
            "peak_net_eur",
            "peak_roi",
            "peak_at",
        ]
        read_only_fields = fields


class FlipNow(serializers.Serializer[dict[str, Any]]):
    """What the flip would earn now; or, where it cannot be priced, why."""

    priced_at = serializers.DateTimeField()
    flip = FlipShown(allow_null=True)
    incomplete = serializers.CharField(allow_null=True, help_text="A sentence that names what is missing.")


class OpportunityExplained(serializers.Serializer[dict[str, Any]]):
    """An opportunity and its flip."""

    opportunity = OpportunityDetail()
    now = FlipNow()


class SummaryShown(serializers.Serializer[dict[str, Any]]):
    """Over every row of the list, not of the page alone. Ratios are basis points; null where there is no row."""

    count = serializers.IntegerField()
    average_margin = serializers.IntegerField(allow_null=True)
    average_roi = serializers.IntegerField(allow_null=True)
    average_net_eur = serializers.IntegerField(allow_null=True)
    best_net_eur = serializers.IntegerField(allow_null=True)
    total_net_eur = serializers.IntegerField()
    products = serializers.IntegerField(help_text="Different products.")


class TopShown(serializers.Serializer[dict[str, Any]]):
    """The best open opportunities."""

    results = OpportunityShown(many=True)


class AlertShown(serializers.ModelSerializer[Alert]):
    """An alert of the inbox, with the flip's numbers when the rule fired."""

    rule = serializers.CharField(source="rule.name")
    asin = serializers.CharField(source="product_id")
    title = serializers.CharField(source="product.title")
    source = serializers.ChoiceField(CODES, source="opportunity.source")  # type: ignore[assignment] # the stubs take the name for an attribute
    target = serializers.ChoiceField(CODES, source="opportunity.target")
    opportunity = serializers.UUIDField(source="opportunity_id")
    numbers = serializers.JSONField()
    is_read = serializers.BooleanField()

    class Meta:
        model = Alert
        fields = [
            "id",
            "rule",
            "severity",
            "state",
            "asin",
            "title",
            "source",
            "target",
            "opportunity",
            "numbers",
            "occurred_at",
            "is_read",
        ]
        read_only_fields = fields
