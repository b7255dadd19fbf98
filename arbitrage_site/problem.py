"""Errors of the API as `application/problem+json`."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler."""
    return exception_handler(error, context)
