"""The pipeline page, and the pulse that keeps every page live."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from arbitrage_site import clock
from arbitrage_site.jobs import work
from arbitrage_site.pages import fragment, page
from ingestion import pipeline_page, shipped, stages
from ingestion import pulse as pulses


@page
@require_safe
def pipeline(request: HttpRequest) -> HttpResponse:
    """How facts flow, and where they stand still."""
    return render(request, "ingestion/pipeline.html", _stages())


@fragment
@require_safe
def pipeline_panel(request: HttpRequest) -> HttpResponse:
    return render(request, "ingestion/pipeline.html#panel", _stages())


def _stages() -> dict[str, Any]:
    now = clock.now()
    return {
        "now": now,
        "log": stages.log_state(now),
        "polling": pipeline_page.polling(now),
        "tokens": pipeline_page.tokens(now),
        "latency": pipeline_page.latency(),
        "runs": pipeline_page.newest_runs(),
        "work": work.state(now),
        "relay": shipped.relay_state(now),
        "documents": pipeline_page.documents(now),
        "letters": pipeline_page.open_dead_letters(),
    }


@fragment
@require_safe
def pulse(request: HttpRequest) -> HttpResponse:
    """204 when nothing changed since `since`; else the new totals and the panels that changed."""
    before = pulses.read_totals(request.GET.get("since", ""))
    now = pulses.totals()
    if before == now:
        return HttpResponse(status=204)
    topics = list(pulses.ORDER) if before is None else now.changed_since(before)
    if before is not None and "fresh" in request.GET:
        pulses.note_latency(topics, clock.now())
    return JsonResponse({"since": str(now), "panels": pulses.panels(topics)})
