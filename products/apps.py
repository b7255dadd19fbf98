"""The Django app."""

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    name = "products"

    def ready(self) -> None:
        from products import checks  # noqa: F401 - importing it registers the check
        from products.search import checks as search_checks  # noqa: F401 - the same
