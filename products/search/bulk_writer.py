"""Sends documents to Elasticsearch, many in a request, and says of each one what became of it.

The helpers of the client are not used: they retry what can never succeed, never retry what would, and pass over items
that an answer leaves out.
"""

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

import msgspec
from elasticsearch import ApiError, ConnectionTimeout, TransportError

from products.search.documents import Document
from products.search.elastic.client import MISSING, client, sentence
from products.search.refusals import BUSY, PASSING, error_of, is_of_the_document, takes_nothing

MOST_DOCUMENTS = 1000
MOST_BYTES = 4_000_000
"""Of a request. A document that is larger goes alone."""

FIRST_DOCUMENTS = 500
_MORE_DOCUMENTS = 50
_SECONDS = 10.0
_KEPT = "errors,items.*._id,items.*.status,items.*.error.type,items.*.error.reason"
_HEADERS = {"accept": "application/json", "content-type": "application/x-ndjson"}

_CURRENT = re.compile(r"current version \[(\d+)\]")
"""The index tells the version of a document that was removed in no other way."""

VersionType = Literal["external", "external_gte"]


class Result(Enum):
    """What became of a document. `stale`: the index has this version already, or a newer one."""

    DONE = "done"
    STALE = "stale"
    RETRY = "retry"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Operation:
    """Put a document into the index with this version, or take it out where there is none."""

    asin: str
    version: int
    document: Document | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document, and why. `version` is the one that the index has where that is the reason."""

    result: Result
    reason: str = ""
    version: int | None = None


@dataclass(slots=True)
class Written:
    """Outcomes by ASIN. With `trouble` (a sentence) the writer gave up: of what has no outcome nothing is known."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    trouble: str = ""
    is_missing: bool = False
    """Whether the trouble is that there is no such index."""
    is_shut: bool = False
    """Whether the trouble is that this index takes nothing; others of the server may."""

    @property
    def stale(self) -> dict[str, int | None]:
        """What the index has already, with the version it has."""
        return {asin: outcome.version for asin, outcome in self.outcomes.items() if outcome.result is Result.STALE}


@dataclass(frozen=True, slots=True)
class _Line:
    asin: str
    is_removal: bool
    body: bytes


class BulkWriter:
    """Writes to one index or alias. Requests shrink by half when the server is busy and grow again slowly."""

    def __init__(self, index: str, *, version_type: VersionType = "external") -> None:
        self.documents = FIRST_DOCUMENTS
        self._index = index
        self._version_type = version_type

    def write(self, operations: Iterable[Operation]) -> Written:
        """Send these, each ASIN at most once. Raises nothing: what went wrong is in the answer."""
        written = Written()
        waiting = deque(_line(operation, self._version_type) for operation in operations)
        while waiting and not written.trouble:
            self._send(self._next(waiting), waiting, written)
        return written

    def _next(self, waiting: deque[_Line]) -> list[_Line]:
        part = [waiting.popleft()]
        size = len(part[0].body)
        while waiting and len(part) < self.documents and size + len(waiting[0].body) <= MOST_BYTES:
            size += len(waiting[0].body)
            part.append(waiting.popleft())
        return part

    def _send(self, part: Sequence[_Line], waiting: deque[_Line], written: Written) -> None:
        try:
            answer = self._request(b"".join(line.body for line in part))
        except ApiError as error:
            self._refused(error, part, waiting, written)
        except TransportError as error:
            if isinstance(error, ConnectionTimeout):
                self._shrink(len(part))
            written.trouble = sentence(error)
        else:
            self._read(answer, part, written)

    def _request(self, body: bytes) -> Mapping[str, Any]:
        asked = client().options(request_timeout=_SECONDS)
        path = f"/{self._index}/_bulk"
        answer: Mapping[str, Any] = asked.perform_request(
            "POST", path, params={"filter_path": _KEPT}, headers=_HEADERS, body=body
        ).body
        return answer

    def _refused(self, error: ApiError, part: Sequence[_Line], waiting: deque[_Line], written: Written) -> None:
        """Too large or malformed as a whole: halve until one stands alone. All else ends the writing."""
        status = error.status_code
        if status == 413 or (status == 400 and is_of_the_document(error_of(error.body))):
            if len(part) == 1:
                why = "The document is larger than Elasticsearch takes." if status == 413 else _why(error)
                written.outcomes[part[0].asin] = Outcome(Result.REFUSED, why)
                return
            self._shrink(len(part))
            waiting.extendleft(reversed(part))
            return
        if status in BUSY:
            self._shrink(len(part))
        written.is_missing = status == 404
        written.trouble = sentence(error)

    def _read(self, answer: Mapping[str, Any], part: Sequence[_Line], written: Written) -> None:
        items = [next(iter(item.values())) for item in answer.get("items", ()) if item]
        if [item.get("_id") for item in items] != [line.asin for line in part]:
            why = f"Elasticsearch answered for {len(items)} of {len(part)} documents, or for others."
            written.outcomes.update({line.asin: Outcome(Result.RETRY, why) for line in part})
            return
        if any(item["status"] == 404 and "error" in item for item in items):
            written.is_missing, written.trouble = True, MISSING
            return
        outcomes = {line.asin: _outcome(line, item) for line, item in zip(part, items, strict=True)}
        is_busy = any(item["status"] in BUSY for item in items)
        if is_busy:
            self._shrink(len(part))
        if _is_for_all(items, outcomes.values()):
            written.is_shut, written.trouble = True, takes_nothing(items[0])
            return
        written.outcomes.update(outcomes)
        if not is_busy:
            self.documents = min(MOST_DOCUMENTS, self.documents + _MORE_DOCUMENTS)

    def _shrink(self, tried: int) -> None:
        self.documents = max(1, min(self.documents, tried) // 2)


def _line(operation: Operation, version_type: VersionType) -> _Line:
    address = {"_id": operation.asin, "version": operation.version, "version_type": version_type}
    if operation.document is None:
        return _Line(operation.asin, is_removal=True, body=msgspec.json.encode({"delete": address}) + b"\n")
    head, document = msgspec.json.encode({"index": address}), msgspec.json.encode(operation.document)
    return _Line(operation.asin, is_removal=False, body=b"%b\n%b\n" % (head, document))


def _why(error: ApiError) -> str:
    return f"Elasticsearch does not take the document: {error.message}"


def _is_for_all(items: Sequence[Mapping[str, Any]], outcomes: Iterable[Outcome]) -> bool:
    """Whether it is the server that takes nothing now. An odd error of a single document may be its own."""
    return all(outcome.result is Result.RETRY for outcome in outcomes) and (
        len(items) > 1 or items[0]["status"] in PASSING
    )


def _outcome(line: _Line, item: Mapping[str, Any]) -> Outcome:
    status, error = item["status"], error_of(item)
    if status < 300 or (status == 404 and line.is_removal):
        return Outcome(Result.DONE)
    reason = f"{error.get('type', status)}: {error.get('reason', '')}"
    if status == 409:
        known = _CURRENT.search(reason)
        return Outcome(Result.STALE, version=int(known[1]) if known else None)
    return Outcome(Result.REFUSED if status == 400 and is_of_the_document(error) else Result.RETRY, reason)
