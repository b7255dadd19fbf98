"""Pages about flips, and their fragments."""

from django.urls import path

from arbitrage import alert_views, survival_views, views, whatif_views
from arbitrage.backtest_page import views as backtest_views
from arbitrage.product_page import views as product_views

urlpatterns = [
    path("", views.overview, name="overview"),
    path("opportunities/", views.opportunities_page, name="opportunities"),
    path("products/<str:asin>/", product_views.product, name="product"),
    path("backtest/", backtest_views.backtest_page, name="backtest"),
    path("survival/", survival_views.survival_page, name="survival"),
    path("products/<str:asin>/what-if/", whatif_views.whatif_product, name="whatif-product"),
    path("ui/products/<str:asin>/what-if", whatif_views.whatif_product_panel, name="ui-whatif-product"),
    path("what-if/", whatif_views.whatif, name="whatif"),
    path("what-if/save", whatif_views.save, name="whatif-save"),
    path("ui/what-if", whatif_views.whatif_panel, name="ui-whatif"),
    path("alerts/", alert_views.alerts, name="alerts"),
    path("alerts/read", alert_views.mark_read, name="alerts-read"),
    path("ui/alerts", alert_views.alerts_panel, name="ui-alerts"),
    path("ui/kpis", views.kpis_panel, name="ui-kpis"),
    path("ui/best", views.best_panel, name="ui-best"),
    path("ui/alerts/newest", views.newest_panel, name="ui-newest"),
    path("ui/unread", views.unread_panel, name="ui-unread"),
    path("ui/products/<str:asin>", product_views.product_panel, name="ui-product"),
    path("ui/products/<str:asin>/prices", product_views.prices, name="ui-prices"),
    path("ui/products/<str:asin>/closes", product_views.closes, name="ui-closes"),
    path("ui/opportunities", views.opportunities_panel, name="ui-opportunities"),
]
