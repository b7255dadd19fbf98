"""The watchlist page and its changes."""

from django.urls import path

from products import views

urlpatterns = [
    path("watchlist/", views.watchlist, name="watchlist"),
    path("ui/watchlist/suggestions", views.suggestions, name="ui-suggestions"),
    path("watchlist/change", views.change, name="watchlist-change"),
]
