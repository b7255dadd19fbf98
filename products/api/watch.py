"""The watchlist over the API: see it, add to it with a verdict per entry, take from it."""

from collections import Counter
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from arbitrage_site import clock
from arbitrage_site.paging import PageQuery, envelope, page_of
from arbitrage_site.parameters import CheckedViewSet
from products import services
from products.api.representation import Unwatched, WatchAnswer, WatchRequest, WatchShown
from products.models import Watch
from products.watchlist import Line, read_lines

MOST_REMOVED = 100
TAKEN = {"added", "already", "duplicate"}


class UnwatchQuery(serializers.Serializer[dict[str, Any]]):
    """Which products to take off."""

    asin = serializers.RegexField(
        rf"^[A-Z0-9]{{10}}(,[A-Z0-9]{{10}}){{0,{MOST_REMOVED - 1}}}$",
        help_text=f"One ASIN, or up to {MOST_REMOVED} separated by commas.",
        error_messages={"invalid": f"Write one ASIN, or up to {MOST_REMOVED} separated by commas."},
    )


class WatchViewSet(CheckedViewSet):
    """The watchlist."""

    queries = {"list": PageQuery, "destroy": UnwatchQuery}

    @extend_schema(parameters=[PageQuery], responses=page_of(WatchShown), tags=["watchlist"])
    def list(self, request: Request) -> Response:
        """What is watched, newest first."""
        page, size = self.asked["page"], self.asked["page_size"]
        rows = Watch.objects.select_related("product").order_by("-added_at", "-pk")
        shown = rows.prefetch_related("tags", "product__poll_targets")[(page - 1) * size : page * size]
        results = WatchShown(shown, many=True).data
        return envelope(request, count=rows.count(), page=page, page_size=size, results=results)

    @extend_schema(request=WatchRequest, responses={200: WatchAnswer, 201: WatchAnswer}, tags=["watchlist"])
    def create(self, request: Request) -> Response:
        """Watch products, given as ASINs or Amazon links; they are polled at once. 201 if any is new."""
        wanted = WatchRequest(data=request.data)
        wanted.is_valid(raise_exception=True)
        entries = wanted.validated_data["entries"]
        lines = {line.number: line for line in read_lines("\n".join(" ".join(entry.split()) for entry in entries))}
        watched = services.watch(
            [line.asin for line in lines.values() if line.verdict == "ok" and line.asin],
            origin=Watch.Origin.API,
            now=clock.now(),
            marketplaces=wanted.validated_data["marketplaces"],
            is_demo=settings.DEMO,
        )
        already = set(watched.already)
        verdicts = [_verdict(entry, lines.get(number), already) for number, entry in enumerate(entries, start=1)]
        return Response(_answer(verdicts), status=201 if watched.added else 200)

    @extend_schema(parameters=[UnwatchQuery], responses=Unwatched, tags=["watchlist"])
    def destroy(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """Take products off the watchlist; what is known about them stays."""
        removed = services.unwatch(set(self.asked["asin"].split(",")))
        if not removed:
            raise NotFound("None of these is on the watchlist.")
        return Response({"removed": removed})


def _verdict(entry: str, line: Line | None, already: set[str]) -> dict[str, Any]:
    if line is None:
        return {"entry": entry[:60], "verdict": "malformed", "asin": None, "message": "There is no ASIN in it."}
    shown = {"entry": line.text, "verdict": line.verdict, "asin": line.asin, "message": line.message}
    if line.verdict != "ok":
        return shown
    if line.asin in already:
        return shown | {"verdict": "already", "message": f"{line.asin} is watched already."}
    return shown | {"verdict": "added", "message": f"{line.asin} is polled now."}


def _answer(verdicts: list[dict[str, Any]]) -> dict[str, Any]:
    counts = Counter(entry["verdict"] for entry in verdicts)
    refused = sum(n for verdict, n in counts.items() if verdict not in TAKEN)
    return {"added": counts["added"], "already": counts["already"], "refused": refused, "verdicts": verdicts}
