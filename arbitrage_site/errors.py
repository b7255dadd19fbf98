"""Pages for what went wrong. They ask no database."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from arbitrage_site.database import Trouble

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


def unavailable(trouble: Trouble) -> HttpResponse:
    """503 where waiting helps, else 507. The transaction, if there was one, is undone."""
    response = HttpResponse(render_to_string("503.html", {"trouble": trouble}), status=trouble.status)
    if trouble.passes:
        response["Retry-After"] = "5"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """404, without touching the database."""
    return HttpResponse(render_to_string("404.html"), status=404)


def too_many(wait: int) -> HttpResponse:
    """429, with when to come back; `wait` in seconds."""
    minutes = -(-wait // 60)
    page = render_to_string("429.html", {"wait": f"{minutes} minute{'s' if minutes > 1 else ''}"})
    return HttpResponse(page, status=429, headers={"Retry-After": str(wait), "Cache-Control": "no-store"})
