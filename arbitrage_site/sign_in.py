"""Signing in, with a limit on how often one may try."""

from collections.abc import Callable
from functools import wraps

import structlog
from django.http import HttpRequest, HttpResponseBase

from arbitrage_site import errors, limits, visitors

log = structlog.get_logger(__name__)

PER_NAME = limits.Limit("sign_in", most=10, seconds=900)
"""Tries of one name from one address; signing in gives them back. From elsewhere the owner still gets in."""
PER_ADDRESS = limits.Limit("sign_in_address", most=100, seconds=900)
"""Tries from one address, whatever the names: a list of names is not tried through."""

View = Callable[..., HttpResponseBase]


def limited(view: View) -> View:
    """The sign-in view `view`, which says 429 to those who tried too often, before any password is looked at."""

    @wraps(view)
    def shown(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        address = visitors.address(request)
        who = f"{address} {request.POST.get('username', '').casefold()}"
        if wait := max(_wait(PER_NAME, who), _wait(PER_ADDRESS, address)):
            log.warning("sign_in_limited", seconds=wait)
            return errors.too_many(wait)
        response = view(request, *args, **kwargs)
        if request.user.is_authenticated:
            limits.forget(PER_NAME, who)
        return response

    return shown


def _wait(limit: limits.Limit, who: str) -> int:
    spent = limits.spend(limit, who)
    return spent.wait if spent else 0
