"""The page of one product: verdict, prices, and the arithmetic of its flips."""

from typing import Any

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from arbitrage.models import Opportunity
from arbitrage.product_page.fires import chart_fires
from arbitrage.product_page.page import product_page
from arbitrage.product_page.price_chart import ChartQuery, daily_closes, price_chart
from arbitrage_site import clock
from arbitrage_site.pages import fragment, page
from products.marketplaces import CODES
from products.models import Listing, Product, Watch


@page
@require_safe
def product(request: HttpRequest, asin: str) -> HttpResponse:
    """Everything known about one ASIN."""
    row = _known(asin)
    context = {**_panel(request, row), "watch": Watch.objects.filter(product=row).first()}
    return render(request, "arbitrage/product.html", context)


@fragment
@require_safe
def product_panel(request: HttpRequest, asin: str) -> HttpResponse:
    """Verdict, flips and listings; 204 while nothing of this product changed."""
    row = _known(asin)
    if request.GET.get("version") == _version(row):
        return HttpResponse(status=204)
    context = {**_panel(request, row), "is_fragment": True}
    verdict = {**context, "detail": context["shown"].detail, "profile": context["shown"].profile}
    panel = render(request, "arbitrage/product.html#panel", context)
    panel.write(render_to_string("arbitrage/verdict.html", verdict, request))
    return panel


@fragment
@require_safe
def prices(request: HttpRequest, asin: str) -> HttpResponse:
    """The chart's points as JSON; 204 while nothing of this product changed."""
    row = _known(asin)
    version = _version(row)
    if request.GET.get("version") == version:
        return HttpResponse(status=204)
    query, now = ChartQuery.of(request.GET), clock.now()
    fires = chart_fires(row, request.GET, query, now)
    return JsonResponse({**price_chart(row, query, now), "fires": fires, "version": version})


@fragment
@require_safe
def closes(request: HttpRequest, asin: str) -> HttpResponse:
    """The chart as a table: the last thirty days' closing prices."""
    row = _known(asin)
    days = daily_closes(row, ChartQuery.of(request.GET), clock.now())
    return render(request, "arbitrage/closes.html", {"product": row, "days": days, "codes": CODES})


def _known(asin: str) -> Product:
    row = Product.objects.filter(pk=asin).first()
    if row is None:
        raise Http404("This product is not known here. Add its ASIN on the watchlist.")
    return row


def _panel(request: HttpRequest, row: Product) -> dict[str, Any]:
    wanted, number = request.GET.get("flip", "").upper(), request.GET.get("profile", "")
    now = clock.now()
    shown = product_page(row, wanted=wanted, profile_number=number, now=now)
    return {
        "now": now,
        "product": row,
        "shown": shown,
        "seen": _version(row),
        "wanted": wanted if shown.chosen and shown.chosen.name == wanted else "",
        "profile_number": number if shown.profile and str(shown.profile.pk) == number else "",
    }


def _version(row: Product) -> str:
    """Changes whenever a listing was polled or a flip evaluated; two queries."""
    polled = Listing.objects.filter(product=row).aggregate(newest=Max("checked_at"))["newest"]
    evaluated = Opportunity.objects.filter(product=row).aggregate(newest=Max("evaluated_at"))["newest"]
    return "-".join(str(int(moment.timestamp() * 1000)) if moment else "0" for moment in (polled, evaluated))
