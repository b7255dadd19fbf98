"""Paging of the API: page from 1, page_size 1 to 100, both checked."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

LARGEST_PAGE = 1_000_000


class PageQuery(serializers.Serializer[dict[str, Any]]):
    """The parameters of every list."""

    page = serializers.IntegerField(default=1, min_value=1, max_value=LARGEST_PAGE, help_text="From 1.")
    page_size = serializers.IntegerField(default=20, min_value=1, max_value=100, help_text="Rows a page.")


def page_of(row: type[serializers.BaseSerializer[Any]], **more: serializers.Field[Any, Any, Any, Any]) -> Any:
    """The schema of a page of `row`, as `envelope` answers it."""
    shown = inline_serializer(
        f"PageOf{row.__name__.removesuffix('Shown')}",
        {
            "count": serializers.IntegerField(),
            "page": serializers.IntegerField(),
            "page_size": serializers.IntegerField(),
            "pages": serializers.IntegerField(),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            **more,
            "results": row(many=True),
        },
    )
    extend_schema_serializer(many=False)(type(shown))  # else it is taken for one row of a list
    return shown


def envelope(request: Request, *, count: int, page: int, page_size: int, results: object, **more: Any) -> Response:
    """A page of a list. Raises NotFound beyond the last page; the first page always exists, even empty."""
    pages = max(1, -(-count // page_size))
    if page > pages:
        raise NotFound(f"There is no page {page}; the last one is {pages}.")
    address = request.build_absolute_uri()
    following = replace_query_param(address, "page", page + 1) if page < pages else None
    before = _page_address(address, page - 1) if page > 1 else None
    numbers = {"count": count, "page": page, "page_size": page_size, "pages": pages}
    return Response({**numbers, "next": following, "previous": before, **more, "results": results})


def _page_address(address: str, page: int) -> str:
    return remove_query_param(address, "page") if page == 1 else replace_query_param(address, "page", page)
