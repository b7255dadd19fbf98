"""Search that answers from the database while Elasticsearch does not."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import cache
from threading import Lock
from typing import TypeVar

import structlog
from elasticsearch import ApiError, BadRequestError, NotFoundError, TransportError

from products.search.base import Matches, Search, SearchPage, SearchQuery, Suggestion
from products.search.elastic.client import FAILURES, sentence
from products.search.elastic.search import TooDeep

log = structlog.get_logger(__name__)

AWAY_SECONDS = 10.0
"""How long nobody waits for a server that has just failed."""
NOTICE = "Search answers from the database, since Elasticsearch does not answer."
NO_INDEX = "Search answers from the database, since the search index is missing: run manage.py search_rebuild."
REFUSED = "Search answers from the database, since Elasticsearch does not take this request."

Answer = TypeVar("Answer")


class _Away(Exception):
    """The first backend does not answer; `notice` says so to the reader, empty where that is of no interest."""

    def __init__(self, notice: str) -> None:
        super().__init__(notice)
        self.notice = notice


class Circuit:
    """Remembers, for all threads of this process, that a server failed, and lets one request at a time try again."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = Lock()
        self._until = 0.0
        self._said_until = 0.0
        self.notice = ""
        """Why the server is not asked; empty while it is."""

    def may_ask(self) -> bool:
        """Whether to ask the server. Where it failed before, the first one to ask tries for all others."""
        with self._lock:
            if not self.notice:
                return True
            if self._now() < self._until:
                return False
            self._until = self._now() + AWAY_SECONDS
            return True

    def answered(self) -> None:
        """The server is there."""
        with self._lock:
            was, self.notice = self.notice, ""
        if was:
            log.info("search_answers_again")

    def failed(self, notice: str, reason: str) -> None:
        """Do not ask for a while, and say why in the log, once in that time."""
        with self._lock:
            self.notice = notice
            self._until = self._now() + AWAY_SECONDS
        self.say(reason)

    def say(self, reason: str) -> None:
        """Log a reason unless one was logged within AWAY_SECONDS."""
        with self._lock:
            silent = self._now() < self._said_until
            if not silent:
                self._said_until = self._now() + AWAY_SECONDS
        if not silent:
            log.warning("search_fell_back", reason=reason)


@cache
def circuit(url: str) -> Circuit:  # noqa: ARG001 - one for each server
    """This process's memory of a server."""
    return Circuit()


class FallbackSearch:
    """`first`, or `second` where the first one fails or cannot answer this query."""

    def __init__(self, first: Search, second: Search, circuit: Circuit) -> None:
        self._first = first
        self._second = second
        self._circuit = circuit
        self.tolerates_typos = first.tolerates_typos

    def find(self, query: SearchQuery) -> SearchPage:
        """See `Search.find`. The page of the second backend says in its `notice` why it answers."""
        try:
            return self._asked(lambda: self._first.find(query))
        except _Away as away:
            return replace(self._second.find(query), notice=away.notice)

    def matches(self, text: str, limit: int) -> Matches:
        """See `Search.matches`. Its `notice` says why the second backend answers."""
        try:
            return self._asked(lambda: self._first.matches(text, limit))
        except _Away as away:
            return replace(self._second.matches(text, limit), notice=away.notice)

    def suggest(self, text: str) -> Sequence[Suggestion]:
        """See `Search.suggest`."""
        try:
            return self._asked(lambda: self._first.suggest(text))
        except _Away:
            return self._second.suggest(text)

    def sync(self, asins: Collection[str]) -> None:
        """See `Search.sync`. Nothing stands in for the first backend here."""
        self._first.sync(asins)

    def rebuild(self) -> int:
        """See `Search.rebuild`. Nothing stands in for the first backend here."""
        return self._first.rebuild()

    def _asked(self, ask: Callable[[], Answer]) -> Answer:
        """What the first backend answers. Raises _Away if it does not, or did not a moment ago."""
        if not self._circuit.may_ask():
            raise _Away(self._circuit.notice)
        try:
            answer = ask()
        except TooDeep as error:
            raise _Away("") from error
        except FAILURES as error:
            raise _Away(self._noted(error)) from error
        self._circuit.answered()
        return answer

    def _noted(self, error: ApiError | TransportError) -> str:
        """The notice. That the server does not take one request says nothing about the next; all else does."""
        if isinstance(error, BadRequestError):
            self._circuit.say(sentence(error))
            return REFUSED
        notice = NO_INDEX if isinstance(error, NotFoundError) else NOTICE
        self._circuit.failed(notice, sentence(error))
        return notice
