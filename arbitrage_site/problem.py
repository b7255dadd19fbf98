"""Errors of the API as `application/problem+json` (RFC 9457): code, detail, fields, request id; never a trace."""

import math
import sys
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from arbitrage_site import errors
from arbitrage_site.database import Trouble, trouble
from arbitrage_site.errors import API_PREFIX

MEDIA_TYPE = "application/problem+json"
WHOLE = "non_field_errors"
"""DRF's name for what is wrong with a body or a query as a whole."""

_log = structlog.get_logger(__name__)

CODES = {
    400: "invalid",
    401: "not_signed_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "failed",
    503: "busy",
    507: "full",
}


class Unavailable(exceptions.APIException):
    """The database is busy, or it cannot grow."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self.status_code = trouble.status
        if trouble.passes:
            self.wait = 2


class TooLarge(exceptions.APIException):
    """The body is larger than DATA_UPLOAD_MAX_MEMORY_SIZE."""

    status_code = 413
    default_detail = "The body is larger than 1 MB. Send less at a time."


class TooMany(exceptions.Throttled):
    """More requests than a limit lets through; `wait` goes into Retry-After."""

    def __init__(self, wait: float | None) -> None:
        seconds = math.ceil(wait or 1)
        unit = "second" if seconds == 1 else "seconds"
        exceptions.APIException.__init__(self, f"Too many requests. Try again in {seconds} {unit}.")
        self.wait = seconds


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. What it does not know goes on to Django, which logs it and calls `server_error`."""
    response = exception_handler(_translated(error), context)
    if response is not None:
        response.data = body(response.status_code, response.data)
        _render_as_json(context["request"])
    return response


def _render_as_json(request: Request) -> None:
    """A view that answers in YAML or the like still explains itself in JSON; the browsable page stays a page."""
    chosen = getattr(request, "accepted_renderer", None)
    if chosen is not None and not isinstance(chosen, BrowsableAPIRenderer):
        request.accepted_renderer, request.accepted_media_type = JSON(), JSON.media_type


def _translated(error: Exception) -> Exception:
    if found := trouble(error):
        _log.warning("database_trouble", reason=str(found), error=str(error))
        return Unavailable(found)
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, exceptions.Throttled):
        return TooMany(getattr(error, "wait", None))
    if isinstance(error, SuspiciousOperation):
        return exceptions.ParseError("The request is malformed.")
    if isinstance(error, Http404):
        return exceptions.NotFound()
    return error


def body(status: int, data: object) -> dict[str, object]:
    """The problem for DRF's error `data`: a sentence under "detail", or complaints per field."""
    fields: dict[str, list[str]] = {}
    detail = ""
    if isinstance(data, dict) and set(data) == {"detail"}:
        detail = str(data["detail"])
    else:
        _collect(fields, "", data)
        detail = _summary(fields)
        fields.pop(WHOLE, None)
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": CODES.get(status, "error"),
        "detail": detail,
        "fields": fields,
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }


def _collect(fields: dict[str, list[str]], path: str, data: object) -> None:
    """Flatten DRF's nested complaints to paths such as "entries.3"."""
    if isinstance(data, dict):
        for name, value in data.items():
            _collect(fields, f"{path}.{name}" if path else str(name), value)
    elif isinstance(data, list | tuple):
        for value in data:
            _collect(fields, path or WHOLE, value)
    else:
        fields.setdefault(path, []).append(str(data))


def _summary(fields: dict[str, list[str]]) -> str:
    first = next(iter(fields.items()), None)
    if first is None:
        return "The request is invalid."
    name, complaints = first
    return complaints[0] if name == WHOLE else f"{name}: {complaints[0]}"


class JSON(JSONRenderer):
    """JSON, which names itself a problem when it is one."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Any = None,
    ) -> bytes:
        """UTF-8 JSON; the browsable API calls this too, and then the page stays HTML."""
        response = (renderer_context or {}).get("response")
        if response is not None and response.exception and response.accepted_renderer is self:
            response["Content-Type"] = MEDIA_TYPE
        rendered: bytes = super().render(data, accepted_media_type, renderer_context)
        return rendered


def plain(status: int, detail: str) -> JsonResponse:
    """A problem outside of DRF."""
    return JsonResponse(body(status, {"detail": detail}), status=status, content_type=MEDIA_TYPE)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: a problem under /api/, the page elsewhere. Called while the exception is being handled."""
    found = trouble(sys.exception())
    if request.path.startswith(API_PREFIX):
        failed = "Something failed here. The log has the reason under this request_id."
        return plain(found.status, str(found)) if found else plain(500, failed)
    return errors.unavailable(found) if found else defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: a problem under /api/, the page elsewhere."""
    if request.path.startswith(API_PREFIX):
        return plain(400, "The request is malformed.")
    return errors.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    """Django's handler403: a problem under /api/, the page elsewhere."""
    if request.path.startswith(API_PREFIX):
        return plain(403, "You may not do this.")
    return defaults.permission_denied(request, exception)
