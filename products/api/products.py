"""Products over the API."""

from dataclasses import asdict
from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from arbitrage_site.paging import envelope, page_of
from arbitrage_site.parameters import CheckedViewSet
from products.api.parameters import ProductParameters
from products.api.representation import FacetsShown, HitShown, ProductDetail
from products.models import Listing, Product
from products.search import get_search

_AROUND: dict[str, Any] = {
    "notice": serializers.CharField(help_text="A sentence where the database answered for Elasticsearch, else empty."),
    "facets": FacetsShown(),
}


class ProductViewSet(CheckedViewSet):
    """What is known about products."""

    queries = {"list": ProductParameters}

    @extend_schema(parameters=[ProductParameters], responses=page_of(HitShown, **_AROUND), tags=["products"])
    def list(self, request: Request) -> Response:
        """Products that fit, with counts by category, brand and marketplace."""
        found = get_search().find(self.asked["query"])
        return envelope(
            request,
            count=found.total,
            page=found.page,
            page_size=found.page_size,
            results=[HitShown(hit).data for hit in found.hits],
            notice=found.notice,
            facets={name: [asdict(facet) for facet in values] for name, values in found.facets.items()},
        )

    @extend_schema(responses=ProductDetail, tags=["products"])
    def retrieve(self, request: Request, asin: str) -> Response:  # noqa: ARG002 - DRF's signature
        """A product with its listings on all marketplaces."""
        light = Listing.objects.defer("history_base", "history_tail").order_by("marketplace")
        rows = Product.objects.select_related("watch").prefetch_related(Prefetch("listings", light))
        product = rows.filter(pk=asin).first()
        if product is None:
            raise NotFound(f"The product {asin} is not known here. Add it to the watchlist first.")
        return Response(ProductDetail(product).data)
