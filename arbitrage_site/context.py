"""What every page shows about the installation itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

THEMES = ("light", "dark")


def site(request: HttpRequest) -> dict[str, Any]:
    """Context processor: demo, polling and theme. No query."""
    theme = request.COOKIES.get("theme", "")
    return {
        "is_demo": settings.DEMO,
        "polling_off": not settings.KEEPA_API_KEY and not settings.DEMO,
        "theme": theme if theme in THEMES else "",
        "version": settings.VERSION,
    }
