"""Paging of the API: page from 1, page_size 1 to 100."""

from rest_framework.pagination import PageNumberPagination


class PageNumbers(PageNumberPagination):
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
