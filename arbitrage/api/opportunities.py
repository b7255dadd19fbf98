"""Opportunities over the API."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Max, QuerySet, Sum
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from arbitrage.api.parameters import OpportunityParameters, TopParameters, documented
from arbitrage.api.representation import (
    FlipNow,
    OpportunityDetail,
    OpportunityExplained,
    OpportunityShown,
    SummaryShown,
    TopShown,
)
from arbitrage.economics.flip import evaluate
from arbitrage.economics.inputs import flip_inputs
from arbitrage.economics.loading import load_overrides, load_rates, profile_of
from arbitrage.economics.missing import Incomplete
from arbitrage.economics.overrides import RouteTerms
from arbitrage.economics.profiles import UnusableProfile
from arbitrage.economics.rates import InvalidRate
from arbitrage.models import Opportunity
from arbitrage.querysets import OpportunityQuery, opportunities
from arbitrage_site import clock
from arbitrage_site.paging import envelope, page_of
from arbitrage_site.parameters import CheckedViewSet
from products.models import Listing


class OpportunityViewSet(CheckedViewSet):
    """Flips that passed their profile's thresholds."""

    queries = {"list": OpportunityParameters, "top": TopParameters}

    @extend_schema(
        parameters=documented(), responses=page_of(OpportunityShown, summary=SummaryShown()), tags=["arbitrage"]
    )
    def list(self, request: Request) -> Response:
        """Opportunities, the best score first, with figures over the whole list."""
        page, size = self.asked["page"], self.asked["page_size"]
        rows = opportunities(self.asked["query"])
        shown = OpportunityShown(rows[(page - 1) * size : page * size], many=True).data
        summary = _summary(rows)
        return envelope(request, count=summary["count"], page=page, page_size=size, results=shown, summary=summary)

    @extend_schema(parameters=[TopParameters], responses=TopShown, tags=["arbitrage"])
    def top(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """The best open opportunities of the default profile, by score and then by net profit."""
        rows = opportunities(OpportunityQuery())[: self.asked["limit"]]
        return Response({"results": OpportunityShown(rows, many=True).data})

    @extend_schema(responses=OpportunityExplained, tags=["arbitrage"])
    def retrieve(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - DRF's signature
        """An opportunity, and its flip line by line at the prices known now."""
        row = Opportunity.objects.select_related("product", "profile").filter(pk=pk).first()
        if row is None:
            raise NotFound("There is no such opportunity.")
        return Response({"opportunity": OpportunityDetail(row).data, "now": FlipNow(_flip_now(row, clock.now())).data})


def _summary(rows: QuerySet[Opportunity]) -> dict[str, Any]:
    found = rows.order_by().aggregate(
        count=Count("pk"),
        average_margin=Avg("margin"),
        average_roi=Avg("roi"),
        average_net_eur=Avg("net_eur"),
        best_net_eur=Max("net_eur"),
        total_net_eur=Sum("net_eur"),
        products=Count("product", distinct=True),
    )
    averages = {name: round(value) for name, value in found.items() if name.startswith("average") and value is not None}
    return {**found, **averages, "total_net_eur": found["total_net_eur"] or 0}


def _flip_now(row: Opportunity, now: datetime) -> dict[str, Any]:
    light = Listing.objects.defer("history_base", "history_tail").filter(product_id=row.product_id)
    legs = {leg.marketplace: leg for leg in light.filter(marketplace__in=[row.source, row.target])}
    if len(legs) < 2:
        return {"priced_at": now, "flip": None, "incomplete": "Keepa has not answered for both listings."}
    try:
        terms = RouteTerms(profile_of(row.profile), load_rates(), now.date())
    except (UnusableProfile, InvalidRate) as error:
        return {"priced_at": now, "flip": None, "incomplete": str(error)}
    overrides = load_overrides([row.product_id])
    inputs = flip_inputs(
        legs[row.source], legs[row.target], terms.of(row.product_id, (row.source, row.target), overrides)
    )
    if isinstance(inputs, Incomplete):
        return {"priced_at": now, "flip": None, "incomplete": f"It {inputs.sentence()}."}
    return {"priced_at": now, "flip": evaluate(inputs), "incomplete": None}
