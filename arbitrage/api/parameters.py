"""What lists of opportunities and alerts can be asked over the API: the page's own filter, strictly."""

from typing import Any

from django import forms
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from arbitrage.forms import OpportunityFilter
from arbitrage.querysets import DEEPEST_ROW
from arbitrage_site.paging import PageQuery

OF_PAGING = {"page"}


class OpportunityParameters(PageQuery):
    """The filter of the opportunities page, where a wrong value is refused; `query` is what it asks for."""

    def get_fields(self) -> dict[str, Any]:
        """Each field of the form as text: the form judges it."""
        texts = {
            name: serializers.CharField(required=False, allow_blank=True, max_length=200)
            for name in OpportunityFilter.base_fields
            if name not in OF_PAGING
        }
        return {**super().get_fields(), **texts}

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError with the form's own sentences."""
        form = OpportunityFilter(asked)
        if not form.is_valid():
            wrong = {name: [str(sentence) for sentence in found] for name, found in form.errors.items()}
            raise serializers.ValidationError(wrong)
        if asked["page"] * asked["page_size"] > DEEPEST_ROW:
            raise serializers.ValidationError({"page": [f"Rows past {DEEPEST_ROW} are not listed; narrow the filter."]})
        return {"page": asked["page"], "page_size": asked["page_size"], "query": form.query()}


class TopParameters(serializers.Serializer[dict[str, Any]]):
    """How many of the best."""

    limit = serializers.IntegerField(default=10, min_value=1, max_value=100)


class AlertParameters(PageQuery):
    """Which alerts."""

    unread = serializers.BooleanField(default=False, help_text="Only those you have not read.")


def documented() -> list[OpenApiParameter | type[PageQuery]]:
    """The form's fields as OpenAPI parameters, and paging."""
    fields = {name: field for name, field in OpportunityFilter.base_fields.items() if name not in OF_PAGING}
    return [PageQuery, *(_parameter(name, field) for name, field in fields.items())]


def _parameter(name: str, field: forms.Field) -> OpenApiParameter:
    choices = [str(value) for value, _ in getattr(field, "choices", []) if value != ""]
    kind = OpenApiTypes.STR
    if isinstance(field, forms.DecimalField):
        kind = OpenApiTypes.NUMBER
    elif isinstance(field, forms.IntegerField):
        kind = OpenApiTypes.INT
    return OpenApiParameter(name, kind, enum=choices or None, description=f"{field.label}.")
