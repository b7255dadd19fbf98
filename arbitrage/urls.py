"""Pages about flips, and their fragments."""

from django.urls import path

from arbitrage import product_views, views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("opportunities/", views.opportunities_page, name="opportunities"),
    path("products/<str:asin>/", product_views.product, name="product"),
    path("alerts/", views.alerts, name="alerts"),
    path("ui/kpis", views.kpis_panel, name="ui-kpis"),
    path("ui/best", views.best_panel, name="ui-best"),
    path("ui/alerts/newest", views.newest_panel, name="ui-newest"),
    path("ui/unread", views.unread_panel, name="ui-unread"),
    path("ui/opportunities", views.opportunities_panel, name="ui-opportunities"),
]
