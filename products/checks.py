"""System check of the rows: invented prices never stand beside real ones."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.db import Error as DatabaseError

from products.models import Product


def demo_rows_with_a_real_key() -> str:
    """The sentence that refuses to poll, or nothing."""
    if settings.DEMO or not settings.KEEPA_API_KEY:
        return ""
    if not Product.objects.filter(is_demo=True).exists():
        return ""
    return "KEEPA_API_KEY is set, but the database holds invented products: run manage.py load_demo --clear first."


@register()
def check_rows(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Nothing before the first migration."""
    try:
        sentence = demo_rows_with_a_real_key()
    except DatabaseError:
        return []
    return [Error(sentence, id="products.E001")] if sentence else []
