"""The watchlist page: what is watched, a box to paste more, and the changes to both."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from arbitrage_site import clock
from arbitrage_site.pages import fragment, page
from products import services
from products.forms import STATES, ChangeForm, PasteForm, WatchQuery
from products.marketplaces import CODES
from products.models import Tag, Watch
from products.querysets import poll_times, watches
from products.search import SearchQuery, get_search
from products.watchlist import Line, read_lines

PAGE_SIZE = 50
ALIKE = 8
"""Known products shown where no watched one matches."""
LEAST_SUGGESTED = 2
"""Letters from which on words are completed."""
SHOWN_LINES = 200
"""Verdicts shown after a paste; lines without a problem are only counted beyond this."""


@page
@require_http_methods(["GET", "HEAD", "POST"])
def watchlist(request: HttpRequest) -> HttpResponse:
    """What is watched; a POST adds what was pasted and says of each line what became of it."""
    if request.method == "POST":
        return _paste(request)
    return render(request, "products/watchlist.html", _listed(request))


@fragment
@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """What the words in the search box may become, as options of its list; a single letter suggests nothing."""
    text = request.GET.get("q", "").strip()
    found = get_search().suggest(text) if len(text) >= LEAST_SUGGESTED else []
    return render(request, "products/suggestions.html", {"suggestions": found})


@page
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """Pause, resume or remove the chosen watches."""
    asins = request.POST.getlist("asin")
    watched = list(Watch.objects.filter(product_id__in=asins).values_list("product_id", flat=True))
    form = ChangeForm(request.POST, watched=watched)
    if form.is_valid():
        messages.success(request, _apply(form.cleaned_data["action"], form.cleaned_data["asin"]))
    else:
        messages.error(request, str(next(iter(form.errors.values()))[0]))
    address = WatchQuery.of(request.GET).address()
    return redirect(f"{reverse('watchlist')}?{address}" if address else "watchlist")


def _apply(action: str, asins: list[str]) -> str:
    now = clock.now()
    if action == "remove":
        count = services.unwatch(asins)
        return f"{count} {_products(count)} removed from the watchlist. What is known about them stays."
    count = services.set_paused(asins, paused=action == "pause", now=now)
    return f"{count} {_products(count)} {'paused' if action == 'pause' else 'resumed'}."


def _products(count: int) -> str:
    return "product" if count == 1 else "products"


def _paste(request: HttpRequest) -> HttpResponse:
    form = PasteForm(request.POST)
    if not form.is_valid():
        context = {**_listed(request), "form": form, "pasted": request.POST.get("lines", "")[:10_000]}
        return render(request, "products/watchlist.html", context, status=422)
    lines = read_lines(form.cleaned_data["lines"])
    good = [line.asin for line in lines if line.verdict == "ok" and line.asin]
    done = services.watch(
        good,
        origin=Watch.Origin.PAGE,
        now=clock.now(),
        marketplaces=form.cleaned_data["marketplaces"],
        is_demo=settings.DEMO,
    )
    return render(request, "products/watchlist.html", {**_listed(request), "form": form, **_verdicts(lines, done)})


def _verdicts(lines: list[Line], done: services.Watched) -> dict[str, Any]:
    """Each line with what became of it, troubles first so that none is cut off."""
    already = set(done.already)
    rows = [_verdict(line, already) for line in lines]
    rows.sort(key=lambda row: (row["kind"] == "good", row["number"]))
    return {
        "verdicts": rows[:SHOWN_LINES],
        "more_verdicts": max(0, len(rows) - SHOWN_LINES),
        "added": len(done.added),
        "already": len(done.already),
        "refused": sum(row["kind"] == "bad" for row in rows),
    }


def _verdict(line: Line, already: set[str]) -> dict[str, Any]:
    row = {"number": line.number, "text": line.text, "asin": line.asin, "message": line.message}
    if line.verdict == "ok" and line.asin in already:
        return {**row, "kind": "warned", "word": "already watched", "message": "It was on the watchlist before."}
    if line.verdict == "ok":
        return {**row, "kind": "good", "word": "added", "message": "Its prices are asked for now."}
    if line.verdict == "duplicate":
        return {**row, "kind": "warned", "word": "repeated"}
    return {**row, "kind": "bad", "word": "not added"}


def _listed(request: HttpRequest) -> dict[str, Any]:
    query = WatchQuery.of(request.GET)
    found = watches(query)
    shown = Paginator(found.rows, PAGE_SIZE).get_page(query.page)
    rows = list(shown.object_list)
    alike = get_search().find(SearchQuery(text=query.q, page_size=ALIKE)) if query.q and not rows else None
    times = poll_times(rows)
    return {
        "now": clock.now(),
        "query": query,
        "page": shown,
        "rows": [(row, *times.get(row.product_id, (None, None))) for row in rows],
        "alike": alike.hits if alike else [],
        "notice": found.notice or (alike.notice if alike else ""),
        "states": STATES,
        "tags": Tag.objects.all(),
        "codes": CODES,
        "form": PasteForm(),
    }
