"""What every page shows of this app: the number of unread alerts."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from arbitrage.figures import MOST_COUNTED, unread_count


def unread(request: HttpRequest) -> dict[str, Any]:
    """Context processor; asks the database only where a template shows the number."""
    return {"unread": SimpleLazyObject(lambda: shown(unread_count(request.user)))}


def shown(count: int) -> str:
    """The badge's text, empty when there is nothing to read."""
    if count >= MOST_COUNTED:
        return f"{MOST_COUNTED - 1}+"
    return str(count or "")
