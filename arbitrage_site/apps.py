"""The app of the project itself: its system checks."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "arbitrage_site"
