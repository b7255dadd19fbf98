"""What every page shows about the installation itself."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from arbitrage_site.access import may_use

THEMES = ("light", "dark")


def site(request: HttpRequest) -> dict[str, Any]:
    """Context processor: demo, polling, theme, and whether to keep the page live. No query but the session's."""
    theme = request.COOKIES.get("theme", "")
    return {
        "may_use": may_use(request),
        "is_demo": settings.DEMO,
        "polling_off": not settings.KEEPA_API_KEY and not settings.DEMO,
        "theme": theme if theme in THEMES else "",
        "version": settings.VERSION,
    }
