"""Routes of the API, of its pages, and of what machines ask: health and metrics."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from arbitrage.api.alerts import AlertViewSet
from arbitrage.api.opportunities import OpportunityViewSet
from arbitrage.api.survival import SurvivalViewSet
from arbitrage.api.whatif import WhatIfViewSet
from arbitrage_site import docs, views
from products.api.products import ProductViewSet
from products.api.series import SeriesViewSet
from products.api.watch import WatchViewSet

ASIN = "(?P<asin>[A-Z0-9]{10})"

v1: list[URLPattern | URLResolver] = [
    path("health", views.HealthViewSet.as_view({"get": "retrieve"}), name="api-health"),
    path("schema", docs.Schema.as_view(), name="schema"),
    path("products", ProductViewSet.as_view({"get": "list"}), name="api-products"),
    path(
        "products/watch",
        WatchViewSet.as_view({"get": "list", "post": "create", "delete": "destroy"}),
        name="api-watch",
    ),
    re_path(rf"^products/{ASIN}$", ProductViewSet.as_view({"get": "retrieve"}), name="api-product"),
    re_path(rf"^products/{ASIN}/series$", SeriesViewSet.as_view({"get": "retrieve"}), name="api-series"),
    path("arbitrage", OpportunityViewSet.as_view({"get": "list"}), name="api-opportunities"),
    path("arbitrage/top", OpportunityViewSet.as_view({"get": "top"}), name="api-top"),
    path("arbitrage/survival", SurvivalViewSet.as_view({"get": "list"}), name="api-survival"),
    path("arbitrage/what-if", WhatIfViewSet.as_view({"get": "list"}), name="api-what-if"),
    path("arbitrage/<uuid:pk>", OpportunityViewSet.as_view({"get": "retrieve"}), name="api-opportunity"),
    path("alerts", AlertViewSet.as_view({"get": "list"}), name="api-alerts"),
    path("alerts/<uuid:pk>/read", AlertViewSet.as_view({"patch": "read"}), name="api-alert-read"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(v1)),
    re_path(r"^api/", views.unknown_address),
    path("docs", docs.swagger, name="docs"),
    path("redoc", docs.redoc, name="redoc"),
    path("health", views.full, name="health"),
    path("health/live", views.live, name="health-live"),
    path("health/ready", views.ready, name="health-ready"),
    path("metrics", views.scrape, name="metrics"),
]
