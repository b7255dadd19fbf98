"""The watchlist page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from arbitrage_site.pages import page


@page
@require_safe
def watchlist(request: HttpRequest) -> HttpResponse:
    """What is watched, and a box to paste more."""
    return render(request, "products/watchlist.html")
