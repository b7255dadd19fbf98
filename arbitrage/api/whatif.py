"""The whole list under a scenario, over the API."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from arbitrage.whatif.asked import KNOWN, SHOWN, SORTS, NoProfile, read_asked
from arbitrage.whatif.fields import FIELDS, Field
from arbitrage.whatif.flips import Totals
from arbitrage.whatif.kinds import Choice, Number, Switch
from arbitrage.whatif.service import RankedFlip, rank
from arbitrage.whatif.terms import NotPriced
from arbitrage_site import clock
from arbitrage_site.paging import PageQuery, envelope, page_of
from arbitrage_site.parameters import CheckedViewSet
from products.marketplaces import CODES


class WhatIfParameters(PageQuery):
    """The what-if page's own parameters, where a wrong value is refused; `asked` is what they ask for."""

    def get_fields(self) -> dict[str, Any]:
        """Each parameter as text: the scenario judges it."""
        texts = {
            name: serializers.CharField(required=False, allow_blank=True, max_length=200)
            for name in KNOWN
            if name != "page"
        }
        return {**super().get_fields(), **texts}

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError with the scenario's own sentences."""
        try:
            asked = read_asked({name: [str(value)] for name, value in given.items() if name != "page_size"})
        except NoProfile as error:
            raise serializers.ValidationError({"profile": [str(error)]}) from error
        if asked.errors:
            raise serializers.ValidationError({name: [sentence] for name, sentence in asked.errors.items()})
        return {"asked": asked, "page": given["page"], "page_size": given["page_size"]}


class RankedShown(serializers.Serializer[RankedFlip]):
    """A flip under the scenario.

    `buy_price` and `max_buy` are minor units of `buy_currency`; `sell_price`, `break_even`, `net` of `currency`; what
    ends in `_eur` EUR cents; `roi` and `margin` basis points. Null where the scenario leaves the flip without a price.
    """

    asin = serializers.CharField()
    title = serializers.CharField()
    source = serializers.ChoiceField(CODES)  # type: ignore[assignment] # the stubs take the name for an attribute
    target = serializers.ChoiceField(CODES)
    buy_price = serializers.IntegerField()
    buy_currency = serializers.CharField()
    sell_price = serializers.IntegerField()
    currency = serializers.CharField()
    net = serializers.IntegerField(allow_null=True)
    net_eur = serializers.IntegerField(allow_null=True)
    roi = serializers.IntegerField(allow_null=True)
    margin = serializers.IntegerField(allow_null=True)
    max_buy = serializers.IntegerField(allow_null=True)
    break_even = serializers.IntegerField(allow_null=True, help_text="The least sale price without a loss.")
    is_estimate = serializers.BooleanField()
    qualifies = serializers.BooleanField()
    qualified_before = serializers.BooleanField(help_text="Under the unchanged profile.")
    net_before = serializers.IntegerField(allow_null=True)
    change_eur = serializers.IntegerField()


class TotalsShown(serializers.Serializer[Totals]):
    """Over every flip of the chosen routes, whatever is shown; nets are EUR cents of those that qualify."""

    priced = serializers.IntegerField()
    qualify_before = serializers.IntegerField()
    qualify_after = serializers.IntegerField()
    newly = serializers.IntegerField()
    lost = serializers.IntegerField()
    net_before = serializers.IntegerField()
    net_after = serializers.IntegerField()


def documented() -> list[OpenApiParameter | type[PageQuery]]:
    """The scenario's fields and the list's filters as OpenAPI parameters, and paging."""
    filters = {"source": CODES, "target": CODES, "show": tuple(SHOWN), "sort": tuple(SORTS)}
    return [
        PageQuery,
        OpenApiParameter("profile", OpenApiTypes.STR, description="Number of the profile that the scenario changes."),
        *(_parameter(field) for field in FIELDS),
        *(OpenApiParameter(name, OpenApiTypes.STR, enum=known) for name, known in filters.items()),
    ]


def _parameter(field: Field) -> OpenApiParameter:
    kind, words = OpenApiTypes.STR, None
    description = f"{field.label}."
    if isinstance(field.kind, Number):
        kind, description = OpenApiTypes.NUMBER, f"{field.label}, {field.kind.unit}."
    elif isinstance(field.kind, Choice):
        words = [word for word, _ in field.kind.choices]
    elif isinstance(field.kind, Switch):
        words = ["yes", "no"]
    return OpenApiParameter(field.name, kind, enum=words, description=description)


class WhatIfViewSet(CheckedViewSet):
    """What every flip would earn under other terms."""

    queries = {"list": WhatIfParameters}

    @extend_schema(
        parameters=documented(),
        responses=page_of(
            RankedShown,
            scenario=serializers.CharField(help_text="The canonical query string."),
            watched=serializers.IntegerField(help_text="Products ranked."),
            totals=TotalsShown(),
        ),
        tags=["arbitrage"],
    )
    def list(self, request: Request) -> Response:
        """All watched products on all 20 routes under a scenario, ranked; nothing is saved."""
        asked, size = self.asked["asked"], self.asked["page_size"]
        try:
            ranking = rank(asked, clock.now(), limit=size)
        except NotPriced as error:
            raise ValidationError({"profile": [str(error)]}) from error
        return envelope(
            request,
            count=ranking.count,
            page=self.asked["page"],
            page_size=size,
            results=[RankedShown(row).data for row in ranking.rows],
            scenario=asked.scenario.address(),
            watched=ranking.products,
            totals=TotalsShown(ranking.totals).data,
        )
