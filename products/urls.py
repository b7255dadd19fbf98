"""The watchlist page."""

from django.urls import path

from products import views

urlpatterns = [
    path("watchlist/", views.watchlist, name="watchlist"),
]
