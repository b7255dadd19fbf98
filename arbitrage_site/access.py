"""Who may see what: with DEMO=1 on loopback everything is open, otherwise one signs in."""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import Throttled
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from arbitrage_site import limits, visitors

if TYPE_CHECKING:  # DRF's views read the settings, which name a class of this module
    from rest_framework.views import APIView

STRANGERS = limits.Limit("stranger", most=60, seconds=60)
"""Requests without a valid sign-in, per address: who guesses is slowed down."""
LOOPBACK = ("127.", "localhost:", "[::1]:")


def is_loopback(bind: str) -> bool:
    """Whether an "address:port" is reached from this machine alone."""
    return bind.startswith(LOOPBACK)


def is_open_demo() -> bool:
    """Whether this installation shows invented data on loopback only, and so needs no sign-in."""
    return bool(settings.DEMO) and is_loopback(settings.WEB_BIND)


def may_use(request: HttpRequest | Request) -> bool:
    """Whether this request may see pages and use the API."""
    return is_open_demo() or request.user.is_authenticated


def may_inspect(request: HttpRequest) -> bool:
    """Whether this request may see how the machine is doing: it comes from the machine itself, or from a person.

    A reverse proxy on the same machine also connects from loopback, but says for whom.
    """
    forwarded = "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META
    return (not forwarded and _is_local(request.META.get("REMOTE_ADDR", ""))) or may_use(request)


def _is_local(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _count_stranger(request: Request) -> None:
    """Count a request that nobody is signed in for. Raises Throttled."""
    spent = limits.spend(STRANGERS, visitors.address(request))
    if spent and spent.wait:
        raise Throttled(wait=spent.wait)


class SignedInOrDemo(BasePermission):
    """DRF's form of `may_use`."""

    message = "Sign in first."

    def has_permission(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002 - DRF's signature
        if may_use(request):
            return True
        _count_stranger(request)
        return False


class SessionSignIn(SessionAuthentication):
    """The browser's session; names itself in a 401, which tells "sign in" from the 403 of "not you"."""

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        return 'Session realm="api"'


class BrowsableForPeople(DefaultContentNegotiation):
    """HTML only for those who may use the API; everyone else gets JSON, errors included."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The renderer and media type for this request, as DRF defines them."""
        offered = [renderer for renderer in renderers if renderer.format == "json" or may_use(request)]
        chosen: tuple[BaseRenderer, str] = super().select_renderer(request, offered, format_suffix)
        return chosen
