"""What every page shows of this app: that Keepa refuses the key."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from ingestion.keepa.bucket import row_of


def keepa(request: HttpRequest) -> dict[str, Any]:  # noqa: ARG001 - Django's signature
    """Context processor; asks the database only where a template shows it. The sentence is empty while all is well."""
    return {"keepa_refuses": SimpleLazyObject(_refusal)}


def _refusal() -> str:
    row = row_of(settings.KEEPA_API_KEY)
    return row.blocked_because if row else ""
