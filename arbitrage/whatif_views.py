"""The what-if page: a scenario in the address, the whole list ranked by it, and a way to keep it as a profile."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from arbitrage.models import SellerProfile
from arbitrage.whatif.asked import SHOWN, SORTS, Asked, NoProfile, read_asked
from arbitrage.whatif.form import drawn
from arbitrage.whatif.one import one_flip
from arbitrage.whatif.saving import NotSaved, save_profile
from arbitrage.whatif.scenario import Scenario, written
from arbitrage.whatif.service import Ranking, rank
from arbitrage.whatif.terms import NotPriced
from arbitrage_site import clock
from arbitrage_site.pages import fragment, page
from products.marketplaces import CODES
from products.models import Product


@page
@require_safe
def whatif(request: HttpRequest) -> HttpResponse:
    """The editor and the list; an address that a form wrote at length is sent to its short form."""
    context = _context(request.GET)
    asked: Asked | None = context["asked"]
    if asked and not asked.errors and asked.address() != _plain(request.GET):
        return redirect(_address(asked))
    return render(request, "arbitrage/whatif.html", context)


@fragment
@require_safe
def whatif_panel(request: HttpRequest) -> HttpResponse:
    """Totals and list alone; a change in the editor moves the address, a live refresh does not."""
    context = {**_context(request.GET), "is_fragment": True}
    response = render(request, "arbitrage/whatif.html#ranking", context)
    if context["asked"] and request.headers.get("HX-Trigger") != "whatif":
        response["HX-Replace-Url"] = _address(context["asked"])
    return response


@page
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the scenario of the hidden field under a name."""
    try:
        asked = read_asked(dict(QueryDict(request.POST.get("scenario", "")[:4000]).lists()))
    except NoProfile as error:
        messages.error(request, str(error))
        return redirect("whatif")
    try:
        row = save_profile(asked, request.POST.get("name", ""))
    except NotSaved as error:
        messages.error(request, str(error))
        return redirect(_address(asked))
    messages.success(request, _saved(row, asked.scenario))
    return redirect(f"{reverse('whatif')}?profile={row.pk}")


def _saved(row: SellerProfile, scenario: Scenario) -> str:
    offsets = " The price offsets were left out; a profile has none." if _has_offset(scenario) else ""
    return f"Saved as {row.name}. All products are judged by it within a quarter of an hour.{offsets}"


def _has_offset(scenario: Scenario) -> bool:
    return bool(scenario.buy_offset or scenario.sell_offset)


def _address(asked: Asked) -> str:
    query = asked.address()
    return f"{reverse('whatif')}?{query}" if query else reverse("whatif")


def _plain(given: QueryDict) -> str:
    return given.urlencode(safe=",:")


@page
@require_safe
def whatif_product(request: HttpRequest, asin: str) -> HttpResponse:
    """One product: a flip line by line under the scenario."""
    return render(request, "arbitrage/whatif_product.html", _one(request.GET, asin))


@fragment
@require_safe
def whatif_product_panel(request: HttpRequest, asin: str) -> HttpResponse:
    """The flip alone."""
    context = _one(request.GET, asin)
    response = render(request, "arbitrage/whatif_product.html#flip", context)
    if context["asked"]:
        query = written([("flip", context["route"]), *context["asked"].scenario.pairs()])
        response["HX-Replace-Url"] = f"{reverse('whatif-product', args=[asin])}?{query}"
    return response


def _one(given: QueryDict, asin: str) -> dict[str, Any]:
    product = Product.objects.filter(pk=asin).first()
    if product is None:
        raise Http404("This product is not known here. Add its ASIN on the watchlist.")
    wanted, now = given.get("flip", "").upper(), clock.now()
    context: dict[str, Any] = {"now": now, "product": product, "asked": None, "one": None, "route": wanted[:5]}
    try:
        asked = read_asked({name: texts for name, texts in given.lists() if name != "flip"})
    except NoProfile as error:
        return {**context, "refused": str(error)}
    context |= {"asked": asked, "scenario": asked.scenario.address(), **_editor(asked)}
    try:
        one = one_flip(product, asked, wanted, now)
    except NotPriced as error:
        return {**context, "refused": str(error)}
    return {**context, "one": one, "route": f"{one.source}-{one.target}" if one else ""}


def _context(given: QueryDict) -> dict[str, Any]:
    context: dict[str, Any] = {
        "now": clock.now(),
        "asked": None,
        "ranking": None,
        "shows": SHOWN,
        "sorts": SORTS,
        "codes": CODES,
    }
    try:
        asked = read_asked(dict(given.lists()))
    except NoProfile as error:
        return {**context, "refused": str(error)}
    context |= {
        **_editor(asked),
        "asked": asked,
    }
    try:
        return {**context, **_ranked(rank(asked, clock.now()), asked)}
    except NotPriced as error:
        return {**context, "refused": str(error)}


def _editor(asked: Asked) -> dict[str, Any]:
    groups = drawn(asked)
    changes = [field for group in groups for field in group.fields if field.said is not None]
    return {"groups": groups, "changes": changes}


def _ranked(ranking: Ranking, asked: Asked) -> dict[str, Any]:
    pages = {
        "previous": asked.address(page=ranking.page - 1) if ranking.page > 1 else None,
        "next": asked.address(page=ranking.page + 1) if ranking.page < ranking.pages else None,
    }
    return {"ranking": ranking, "pages": pages, "missing": _missing(ranking), "scenario": asked.scenario.address()}


def _missing(ranking: Ranking) -> list[tuple[str, list[str]]]:
    """What the scenario's seller lacks, and on which routes."""
    routes: dict[str, list[str]] = {}
    for entry in ranking.unpriced:
        for missing in entry.missing:
            routes.setdefault(missing.text, []).append(f"{entry.source} to {entry.target}")
    return sorted(routes.items(), key=lambda found: -len(found[1]))
