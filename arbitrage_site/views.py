"""Views of the installation itself: health, metrics, and what the API says about addresses it does not have."""

from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema, inline_serializer
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from arbitrage_site import clock, health, metrics, problem
from arbitrage_site.access import may_inspect
from arbitrage_site.parameters import CheckedViewSet


@require_safe
def live(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Whether this process answers at all; asks nothing else."""
    return _uncached(JsonResponse({"status": "ok"}))


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether this process can serve: 503 while the database is down."""
    return _answer(request, health.ready(clock.now()))


@require_safe
def full(request: HttpRequest) -> HttpResponse:
    """Every part with its milliseconds: 503 when a part is down without which no page can be served."""
    return _answer(request, health.report(clock.now()))


@require_safe
def scrape(request: HttpRequest) -> HttpResponse:
    """Prometheus' text, for the machine itself and for signed-in people."""
    if not may_inspect(request):
        return HttpResponse(
            "Metrics are for this machine and for signed-in people.\n", status=403, content_type="text/plain"
        )
    try:
        text = metrics.exposition(clock.now())
    except OperationalError:
        return _text("The database did not answer.\n", 503)
    return _uncached(HttpResponse(text, content_type=CONTENT_TYPE_LATEST))


def _text(sentence: str, status: int) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain")


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response


def _answer(request: HttpRequest, report: health.Report) -> HttpResponse:
    document = shown(report, with_details=may_inspect(request))
    return _uncached(JsonResponse(document, status=503 if report.status == "down" else 200))


def shown(report: health.Report, *, with_details: bool) -> dict[str, Any]:
    """A report as JSON; sentences only for those who may look into the machine."""
    services = {}
    for part in report.parts:
        entry: dict[str, object] = {"status": part.finding.status, "milliseconds": part.milliseconds}
        if with_details and part.finding.detail:
            entry["detail"] = part.finding.detail
        services[part.name] = entry
    return {"status": report.status, "services": services}


HealthShown = inline_serializer(
    "Health",
    {
        "status": serializers.ChoiceField(["ok", "degraded", "down"]),
        "services": serializers.DictField(
            child=inline_serializer(
                "HealthOfService",
                {
                    "status": serializers.ChoiceField(["ok", "degraded", "down"]),
                    "milliseconds": serializers.FloatField(),
                    "detail": serializers.CharField(required=False),
                },
            )
        ),
    },
)


class HealthViewSet(CheckedViewSet):
    """How the installation is doing; open to everyone, with sentences for those who may look into it."""

    permission_classes = [AllowAny]
    throttle_classes = []  # monitors ask every few seconds, and must go on when the counters are away

    @extend_schema(responses={200: HealthShown, 503: HealthShown}, tags=["health"])
    def retrieve(self, request: Request) -> Response:
        """Every part of the installation: its state, how long it took to ask, and a sentence if something is wrong."""
        report = health.report(clock.now())
        document = shown(report, with_details=may_inspect(request))
        return Response(document, status=503 if report.status == "down" else 200)


@csrf_exempt
def unknown_address(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """What every address under /api/ that does not exist answers, whatever the method."""
    return _uncached(problem.plain(404, "There is no such address. /docs lists those there are."))
