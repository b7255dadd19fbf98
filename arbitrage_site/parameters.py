"""The base of every API view: query parameters are declared, checked, and refused by name when unknown."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

Query = type[serializers.Serializer[Any]]
ALWAYS_KNOWN = {"format"}
"""DRF's switch between the browsable page and plain JSON."""


class NoQuery(serializers.Serializer[dict[str, Any]]):
    """An address without parameters."""


class CheckedViewSet(ViewSet):
    """A view set whose actions name the serializer of their query in `queries`; `self.asked` has its values.

    Of a parameter given twice the last one counts. Answers are for this reader alone and are not kept by caches,
    unless an action says otherwise.
    """

    queries: ClassVar[dict[str, Query]] = {}
    asked: dict[str, Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check sign-in and permission first, then the query. Raises ValidationError."""
        super().initial(request, *args, **kwargs)
        self.asked = checked(request, self.queries.get(self.action or "", NoQuery))

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """DRF's, with a Cache-Control and what is left of the limit."""
        final: Response = super().finalize_response(request, response, *args, **kwargs)
        final.headers.setdefault("Cache-Control", "private, no-store")
        if spent := getattr(request, "spent", None):
            final["RateLimit-Limit"] = spent.limit.most
            final["RateLimit-Remaining"] = spent.left
            final["RateLimit-Reset"] = spent.resets_in
        return final


def checked(request: Request, query: Query) -> dict[str, Any]:
    """The query's validated values. Raises ValidationError that names each parameter at fault."""
    serializer = query(data=request.query_params.dict())
    known = list(serializer.fields)
    unknown = sorted(set(request.query_params) - set(known) - ALWAYS_KNOWN)
    if unknown:
        instead = f"Known here: {', '.join(known)}." if known else "This address takes none."
        raise ValidationError({name[:60]: [f"Unknown parameter. {instead}"] for name in unknown[:20]})
    serializer.is_valid(raise_exception=True)
    values: dict[str, Any] = serializer.validated_data
    return values
