"""Who may see what: with DEMO=1 on loopback everything is open, otherwise one signs in."""

from django.conf import settings
from django.http import HttpRequest
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

LOOPBACK = ("127.", "localhost:", "[::1]:")


def is_open_demo() -> bool:
    """Whether this installation shows invented data on loopback only, and so needs no sign-in."""
    return bool(settings.DEMO) and str(settings.WEB_BIND).startswith(LOOPBACK)


def may_use(request: HttpRequest | Request) -> bool:
    """Whether this request may see pages and use the API."""
    return is_open_demo() or request.user.is_authenticated


class SignedInOrDemo(BasePermission):
    """DRF's form of `may_use`."""

    message = "Sign in first."

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002 - DRF's signature
        return may_use(request)
