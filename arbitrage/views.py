"""The overview and the list of opportunities, and their fragments under /ui/."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from arbitrage import figures
from arbitrage.forms import OpportunityFilter, profile_choices, profile_warnings
from arbitrage.querysets import DEEPEST_ROW, PAGE_SIZE, OpportunityQuery, opportunities
from arbitrage_site import clock
from arbitrage_site.pages import fragment, page

BEST_ROWS = 10
NEWEST_ALERTS = 6
MORE_FILTERS = ("marketplace", "min_margin", "max_price", "min_score", "state", "estimates", "profile")
"""Filters that are folded away until one of them is used."""


@page
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Is it worth acting now, where, and is the data alive?"""
    return render(request, "arbitrage/overview.html", {**_kpis(), **_best(), **_newest(request)})


@fragment
@require_safe
def kpis_panel(request: HttpRequest) -> HttpResponse:
    return render(request, "arbitrage/overview.html#kpis", _kpis())


@fragment
@require_safe
def best_panel(request: HttpRequest) -> HttpResponse:
    return render(request, "arbitrage/overview.html#best", _best())


@fragment
@require_safe
def newest_panel(request: HttpRequest) -> HttpResponse:
    return render(request, "arbitrage/overview.html#newest", _newest(request))


@fragment
@require_safe
def unread_panel(request: HttpRequest) -> HttpResponse:
    return render(request, "arbitrage/unread.html")


def _kpis() -> dict[str, Any]:
    now = clock.now()
    shown = figures.figures(now)
    has_key = bool(settings.KEEPA_API_KEY or settings.DEMO)
    polled = shown.last_answer is not None
    steps = figures.FirstRun(key=has_key, watching=shown.loading.targets > 0, polled=polled)
    return {"now": now, "figures": shown, "steps": steps}


def _best() -> dict[str, Any]:
    return {"now": clock.now(), "best": opportunities(OpportunityQuery())[:BEST_ROWS]}


def _newest(request: HttpRequest) -> dict[str, Any]:
    return {"now": clock.now(), "alerts": figures.inbox(request.user)[:NEWEST_ALERTS]}


@page
@require_safe
def opportunities_page(request: HttpRequest) -> HttpResponse:
    """The list: filters, sort and page stand in the address."""
    return render(request, "arbitrage/opportunities.html", _listed(request))


@fragment
@require_safe
def opportunities_panel(request: HttpRequest) -> HttpResponse:
    """The list alone; a choice of the reader moves the address, a live refresh does not."""
    context = _listed(request)
    response = render(request, "arbitrage/opportunities.html#table", context)
    if request.headers.get("HX-Trigger") != "opportunities":
        response["HX-Push-Url"] = _address(reverse("opportunities"), context["query"].address())
    return response


def _address(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _listed(request: HttpRequest) -> dict[str, Any]:
    form = OpportunityFilter(request.GET)
    query = form.query()
    paginator = Paginator(opportunities(query), PAGE_SIZE)
    too_deep = query.page * PAGE_SIZE > DEEPEST_ROW
    return {
        "now": clock.now(),
        "form": form,
        "more": any(form.data.get(name) for name in MORE_FILTERS),
        "query": query,
        "columns": _columns(query),
        "profiles": profile_choices(),
        "warnings": profile_warnings(query.profile),
        "page": paginator.get_page(1 if too_deep else query.page),
        "too_deep": too_deep,
        "deepest": DEEPEST_ROW,
    }


COLUMNS = (
    ("title", "Product", ""),
    ("source", "Route", ""),
    ("buy", "Buy", "number"),
    ("sell", "Sell", "number"),
    ("fees", "Fees", "number"),
    ("net", "Net profit", "number"),
    ("roi", "ROI", "number"),
    ("margin", "Margin", "number"),
    ("score", "Score", "number"),
    ("updated", "Updated", "number"),
)


def _columns(query: OpportunityQuery) -> list[dict[str, str]]:
    """Each column's header: its link, and what aria-sort says of it."""
    directions = {f"-{query.sort.lstrip('-')}": "descending", query.sort.lstrip("-"): "ascending"}
    return [
        {
            "name": name,
            "label": label,
            "kind": kind,
            "address": query.address(sort=query.sorted_by(name), page=1),
            "direction": directions[query.sort] if query.sort.lstrip("-") == name else "",
        }
        for name, label, kind in COLUMNS
    ]
