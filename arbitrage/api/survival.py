"""How long opportunities stay open, over the API."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from arbitrage.survival.asked import SurvivalQuery, survival
from arbitrage.survival.lifetimes import By
from arbitrage.survival.table import Row
from arbitrage_site import clock
from arbitrage_site.parameters import CheckedViewSet


class SurvivalParameters(serializers.Serializer[dict[str, Any]]):
    """Which curves."""

    by = serializers.ChoiceField(default=By.PAIR, choices=[str(by) for by in By], help_text="How to group.")
    profile = serializers.IntegerField(
        default=None, allow_null=True, min_value=1, help_text="A profile's number; the default profile without it."
    )


class ReadingShown(serializers.Serializer[Any]):
    """The share still open after a time; null with a note where there is too little data."""

    after = serializers.CharField(source="horizon.name")
    minutes = serializers.IntegerField(source="horizon.minutes")
    share = serializers.IntegerField(allow_null=True, help_text="Basis points.")
    error = serializers.IntegerField(allow_null=True, help_text="Greenwood's standard error, basis points.")
    at_risk = serializers.IntegerField(help_text="How many were still in sight then.")
    note = serializers.CharField()


class SurvivalRow(serializers.Serializer[Row]):
    """One group; empty names mean any. `censored` went out of sight before they ended."""

    # DRF takes declared fields off the class, so that one may have the name of an attribute.
    source = serializers.CharField(source="group.source")  # type: ignore[assignment]
    target = serializers.CharField(source="group.target")
    category = serializers.CharField(source="group.category")
    count = serializers.IntegerField()
    ended = serializers.IntegerField()
    censored = serializers.IntegerField()
    median_minutes = serializers.IntegerField(source="median", allow_null=True)
    readings = ReadingShown(many=True)
    note = serializers.CharField()


class SurvivalShown(serializers.Serializer[dict[str, Any]]):
    """The first row is over everything."""

    results = SurvivalRow(many=True)


class SurvivalViewSet(CheckedViewSet):
    """Kaplan-Meier curves of the opportunities of the last 365 days."""

    queries = {"list": SurvivalParameters}

    @extend_schema(parameters=[SurvivalParameters], responses=SurvivalShown, tags=["arbitrage"])
    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """Share still open after 1 h, 6 h, 24 h, 7 days and when goods bought today would arrive."""
        query = SurvivalQuery(By(self.asked["by"]), self.asked["profile"])
        return Response(SurvivalShown({"results": survival(query, clock.now())}).data)
