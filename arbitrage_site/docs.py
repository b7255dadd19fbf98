"""The API's description of itself: the OpenAPI document and the two pages that show it."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponseBase
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny

from arbitrage_site.pages import page

# Both pages are built by scripts that write <style> elements; no other page may.
_styles_by_script = csp_update({"style-src": [SELF, UNSAFE_INLINE]})


class SessionSignInScheme(SessionScheme):  # type: ignore[no-untyped-call] # drf-spectacular registers by subclassing
    """How the document names the session cookie."""

    target_class = "arbitrage_site.access.SessionSignIn"
    name = "session"


class Schema(SpectacularAPIView):
    """The OpenAPI document, as YAML or JSON by the Accept header."""

    content_negotiation_class = DefaultContentNegotiation


class _Swagger(SpectacularSwaggerSplitView):
    template_name = "api/swagger.html"
    permission_classes = [AllowAny]  # `page` asks first, and sends people to the login page
    content_negotiation_class = DefaultContentNegotiation


class _Redoc(SpectacularRedocView):
    template_name = "api/redoc.html"
    permission_classes = [AllowAny]
    content_negotiation_class = DefaultContentNegotiation


@page
@_styles_by_script
def swagger(request: HttpRequest) -> HttpResponseBase:
    """Try the API in the browser."""
    return _Swagger.as_view()(request)


@page
@_styles_by_script
def redoc(request: HttpRequest) -> HttpResponseBase:
    """Read about the API."""
    return _Redoc.as_view()(request)
