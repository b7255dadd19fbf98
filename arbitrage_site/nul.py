"""PostgreSQL keeps no NUL in a text and fails the statement that holds one; SQLite keeps it. So none gets in."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

REPLACED = "\ufffd"
_QUOTED, _REPLACED_QUOTED = "%00", "%EF%BF%BD"


def without_nul(text: str) -> str:
    """The text with U+FFFD where NUL was."""
    return text.replace("\0", REPLACED)


class NoNul:
    """Middleware: what is asked for in the path or the query holds no NUL. Forms and the API refuse it themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.path_info, request.path = without_nul(request.path_info), without_nul(request.path)
        query = request.META.get("QUERY_STRING", "")
        if _QUOTED in query:
            request.META["QUERY_STRING"] = query.replace(_QUOTED, _REPLACED_QUOTED)
        return self._get_response(request)
