"""Routes of the API, of its pages, and of what machines ask: health and metrics."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from arbitrage_site import docs, views

v1: list[URLPattern | URLResolver] = [
    path("health", views.HealthViewSet.as_view({"get": "list"}), name="api-health"),
    path("schema", docs.Schema.as_view(), name="schema"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include(v1)),
    re_path(r"^api/", views.UnknownAddress.as_view()),
    path("docs", docs.swagger, name="docs"),
    path("redoc", docs.redoc, name="redoc"),
    path("health", views.full, name="health"),
    path("health/live", views.live, name="health-live"),
    path("health/ready", views.ready, name="health-ready"),
    path("metrics", views.scrape, name="metrics"),
]
