"""PostgreSQL keeps no NUL in a text and fails the statement that holds one; SQLite keeps it. So none gets in."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from arbitrage_site.errors import API_PREFIX

REPLACED = "\ufffd"
_QUOTED, _REPLACED_QUOTED = "%00", "%EF%BF%BD"


def without_nul(text: str) -> str:
    """The text with U+FFFD where NUL was."""
    return text.replace("\0", REPLACED)


class NoNul:
    """Middleware: a path holds no NUL, nor does a page's query. Forms, and parameters of the API, refuse it by name."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.path_info, request.path = without_nul(request.path_info), without_nul(request.path)
        query = request.META.get("QUERY_STRING", "")
        if _QUOTED in query and not request.path.startswith(API_PREFIX):
            request.META["QUERY_STRING"] = query.replace(_QUOTED, _REPLACED_QUOTED)
        return self._get_response(request)
