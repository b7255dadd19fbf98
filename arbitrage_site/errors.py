"""Pages for what went wrong. They ask no database."""

from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from arbitrage_site.database import Trouble, trouble

log = structlog.get_logger(__name__)

API_PREFIX = "/api/"
"""What is below it is answered in JSON, mistakes included (`arbitrage_site.problem`)."""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """400, with a sentence where the cause is known."""
    return HttpResponse(render_to_string("400.html", {"sentence": _sentence(exception)}), status=400)


def _sentence(exception: Exception) -> str:
    if isinstance(exception, RequestDataTooBig):
        size = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1_048_576
        return f"What was sent is larger than {size} MB, so nothing of it was read. Send it in parts."
    if isinstance(exception, TooManyFieldsSent):
        return "More was chosen at once than can be sent. Choose fewer."
    return ""


def unavailable(found: Trouble) -> HttpResponse:
    """503 where waiting helps, else 507. The transaction, if there was one, is undone."""
    response = HttpResponse(render_to_string("503.html", {"trouble": found}), status=found.status)
    response["Cache-Control"] = "no-store"
    if found.passes:
        response["Retry-After"] = "5"
    return response


class DatabaseTrouble:
    """Middleware: what a view cannot do because of the database is said on a page. The API says it itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """None where the database is not to blame, or with a mistake of ours."""
        found = trouble(exception)
        if found is None or request.path.startswith(API_PREFIX):
            return None
        log.warning("database_trouble", reason=str(found), error=str(exception))
        return unavailable(found)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """404, without touching the database."""
    return HttpResponse(render_to_string("404.html"), status=404)


def too_many(wait: int) -> HttpResponse:
    """429, with when to come back; `wait` in seconds."""
    minutes = -(-wait // 60)
    page = render_to_string("429.html", {"wait": f"{minutes} minute{'s' if minutes > 1 else ''}"})
    return HttpResponse(page, status=429, headers={"Retry-After": str(wait), "Cache-Control": "no-store"})
