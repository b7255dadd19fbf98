"""Search in Elasticsearch."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from elastic_transport import ApiResponseMeta
from elasticsearch import ApiError, ConnectionTimeout
from elasticsearch.exceptions import HTTP_EXCEPTIONS

from products.search.base import Matches, SearchPage, SearchQuery, Suggestion
from products.search.elastic import suggest
from products.search.elastic.client import client
from products.search.elastic.conditions import asked_words, bears_typos
from products.search.elastic.deep import REACH, page_entries
from products.search.elastic.find import Body, facet_bodies, facets, filters, hits, hits_body, matches_body
from products.search.elastic.mapping import alias
from products.search.unreadable import rewrite
from products.search.words import words_of

ANSWER_SECONDS = 1.5
_LEAST_SECONDS = 0.05
_WHOLE = {"allow_partial_search_results": False}


class TooDeep(Exception):
    """A page so far from both ends that walking there takes longer than an answer may."""


class ElasticSearch:
    """Whole words and the beginning of the last one; where that finds nothing, the same with typos.

    Raises `client.FAILURES` when the server does not answer within ANSWER_SECONDS or refuses, TooDeep for a page that
    cannot be walked to in that time. `products.search.fallback` answers those from the database. A document that
    cannot be read is left out of its page, and written anew.
    """

    tolerates_typos = True

    def find(self, query: SearchQuery) -> SearchPage:
        """See `Search.find`. One request, a second one for typos, and one per 10,000 products of a deep page."""
        request = _Request()
        words = asked_words(query)
        page = _find(request, query, tolerant=False)
        if page.total or not words or not bears_typos(words):
            return page
        return _find(request, query, tolerant=True)

    def matches(self, text: str, limit: int) -> Matches:
        """See `Search.matches`. One request, a second one for typos."""
        words = words_of(SearchQuery(text=text).text)
        if not words:
            return Matches([], 0)
        request = _Request()
        found = _matches(request, words, limit, tolerant=False)
        if found.total or not bears_typos(words):
            return found
        return _matches(request, words, limit, tolerant=True)

    def suggest(self, text: str) -> Sequence[Suggestion]:
        """See `Search.suggest`."""
        words = words_of(SearchQuery(text=text).text)
        if not words:
            return []
        request = _Request()
        (answer,) = request(suggest.body(words, tolerant=False))
        found = suggest.suggestions(answer, words)
        if found or not bears_typos(words):
            return found
        (answer,) = request(suggest.body(words, tolerant=True))
        return suggest.suggestions(answer, words)

    def sync(self, asins: Collection[str]) -> None:
        """See `Search.sync`."""
        from products.search.sync import sync

        sync(asins)

    def rebuild(self) -> int:
        """See `Search.rebuild`."""
        from products.search.rebuild import rebuild

        return rebuild()


def _find(request: "_Request", query: SearchQuery, *, tolerant: bool) -> SearchPage:
    wanted = filters(query, tolerant=tolerant)
    start = (query.page - 1) * query.page_size
    near = start + query.page_size <= REACH
    first = hits_body(query, wanted, start=start if near else 0, size=query.page_size if near else 0)
    found, *counted = request(first, *facet_bodies(query, wanted))
    total = found["hits"]["total"]["value"]
    entries = found["hits"]["hits"]
    if not near and start < total:
        entries = page_entries(request.stride, query, wanted, start=start, total=total)
    read, unreadable = hits(entries, query)
    if unreadable:
        rewrite(unreadable)
    return SearchPage(
        hits=read,
        total=total,
        page=query.page,
        page_size=query.page_size,
        facets=facets(counted),
    )


def _matches(request: "_Request", words: Sequence[str], limit: int, *, tolerant: bool) -> Matches:
    (answer,) = request(matches_body(words, size=limit, tolerant=tolerant))
    return Matches([entry["_id"] for entry in answer["hits"]["hits"]], answer["hits"]["total"]["value"])


class _Request:
    """Requests that together may take ANSWER_SECONDS."""

    def __init__(self) -> None:
        self._ends = time.monotonic() + ANSWER_SECONDS

    def __call__(self, *bodies: Body) -> list[Mapping[str, Any]]:
        """The whole answers to some searches, sent together; never a part of one."""
        left = max(self._ends - time.monotonic(), _LEAST_SECONDS)
        lines: list[Mapping[str, Any]] = [line for body in bodies for line in (_WHOLE, body)]
        answer = client().options(request_timeout=left).msearch(index=alias(), searches=lines)
        responses: list[Mapping[str, Any]] = answer["responses"]
        for response in responses:
            _raise_refusal(response, answer.meta)
        return responses

    def stride(self, body: Body) -> Sequence[Mapping[str, Any]]:
        """The entries of an answer on the way to a deep page. Raises TooDeep once the time is used up."""
        if time.monotonic() >= self._ends:
            raise TooDeep
        try:
            (answer,) = self(body)
        except ConnectionTimeout as error:
            raise TooDeep from error
        entries: Sequence[Mapping[str, Any]] = answer["hits"]["hits"]
        return entries


def _raise_refusal(response: Mapping[str, Any], meta: ApiResponseMeta) -> None:
    """Raise what the client would have raised had this search been sent alone."""
    if "error" in response:
        status = response["status"]
        kind = response["error"]["type"]
        raise HTTP_EXCEPTIONS.get(status, ApiError)(kind, replace(meta, status=status), response)
