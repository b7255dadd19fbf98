"""Check of the search server: `manage.py check --deploy --tag services` asks it; nothing else here connects."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register("services", deploy=True)
def check_search(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Nothing while search is in SQL. The client is imported on use: the embedded mode does without it."""
    if not settings.ELASTICSEARCH_URL:
        return []
    from products.search.elastic.state import server_trouble

    trouble = server_trouble()
    return [Error(trouble, id="search.E001")] if trouble else []
