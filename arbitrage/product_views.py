"""The page of one product: verdict, prices, and the arithmetic of its flips."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from arbitrage.models import Opportunity
from arbitrage_site import clock
from arbitrage_site.pages import page
from products.models import Listing, Product


@page
@require_safe
def product(request: HttpRequest, asin: str) -> HttpResponse:
    """Everything known about one ASIN."""
    return render(request, "arbitrage/product.html", _shown(asin))


def _shown(asin: str) -> dict[str, Any]:
    row = Product.objects.filter(pk=asin).first()
    if row is None:
        raise Http404(f"{asin[:10]} is not known here. Add it on the watchlist.")
    listings = Listing.objects.filter(product=row).defer("history_base", "history_tail").order_by("marketplace")
    flips = Opportunity.objects.filter(product=row).select_related("profile").order_by("-state", "-net_eur")[:20]
    return {"now": clock.now(), "product": row, "listings": listings, "flips": flips}
