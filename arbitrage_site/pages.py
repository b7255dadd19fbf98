"""What every page and fragment does: asks who may see it, and keeps private answers out of shared caches."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from arbitrage_site.access import may_use

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class HtmxRequest(HttpRequest):
    """A request as the HTMX middleware leaves it."""

    htmx: HtmxDetails


def page(view: View[P]) -> View[P]:
    """A whole page at a noun: sends people who are not signed in to the login page and back."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not may_use(request):
            return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        return response

    return shown


def fragment(view: View[P]) -> View[P]:
    """A part of a page under /ui/: never stored; whoever is signed out is told by 401 and sent to the login page."""

    @wraps(view)
    def shown(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs) if may_use(request) else _signed_out(request)
        patch_cache_control(response, no_store=True)
        patch_vary_headers(response, ["HX-Request", "Cookie"])
        return response

    return shown


def _signed_out(request: HttpRequest) -> HttpResponse:
    current = HtmxDetails(request).current_url_abs_path or "/"
    if not url_has_allowed_host_and_scheme(current, allowed_hosts={request.get_host()}):
        current = "/"
    response = HttpResponse("Sign in first.", status=401, content_type="text/plain")
    response["HX-Redirect"] = f"{resolve_url('login')}?{urlencode({'next': current})}"
    return response
