"""The client of Elasticsearch: one a process, without retries of its own; what it raises, in words for a person."""

import os
from functools import lru_cache
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from elastic_transport import TlsError
from elasticsearch import (
    ApiError,
    AuthenticationException,
    AuthorizationException,
    ConnectionTimeout,
    Elasticsearch,
    NotFoundError,
    TransportError,
    UnsupportedProductError,
)

FAILURES = (ApiError, TransportError)
"""All that a request raises when the server does not do what was asked."""

MISSING = "The search index is missing: run manage.py search_rebuild."
MAJOR = 9
_SECONDS = 1.5
_CONNECTIONS = 20


def client() -> Elasticsearch:
    """The client of this process. A request may take 1.5 s unless `.options(request_timeout=)` says otherwise."""
    return _client(settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_CA_FILE, os.getpid())


@lru_cache(maxsize=4)
def _client(url: str, ca_file: str, process: int) -> Elasticsearch:  # noqa: ARG001 - sockets must not outlive a fork
    """User and password leave the address here, so that neither reprs nor errors of the client can show them."""
    parts = urlsplit(url)
    given: dict[str, Any] = {"ca_certs": ca_file} if ca_file and parts.scheme == "https" else {}
    if parts.username:
        given["basic_auth"] = (unquote(parts.username), unquote(parts.password or ""))
    return Elasticsearch(
        [f"{parts.scheme}://{_host(parts)}{parts.path}"],
        request_timeout=_SECONDS,
        max_retries=0,
        retry_on_timeout=False,
        connections_per_node=_CONNECTIONS,
        **given,
    )


def address() -> str:
    """Host and port, without user and password."""
    return _host(urlsplit(settings.ELASTICSEARCH_URL))


def _host(parts: SplitResult) -> str:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{host}:{parts.port or (443 if parts.scheme == 'https' else 9200)}"


def sentence(error: ApiError | TransportError) -> str:
    """What went wrong and what to do, without secrets and without the server's own text."""
    if isinstance(error, UnsupportedProductError):
        return f"What answers at {address()} is not Elasticsearch: correct ELASTICSEARCH_URL."
    if isinstance(error, ApiError):
        return _refused(error)
    if isinstance(error, ConnectionTimeout):
        return f"Elasticsearch at {address()} did not answer in time."
    if isinstance(error, TlsError):
        return (
            f"No secure connection to Elasticsearch at {address()}: write http:// if it speaks plain HTTP, or name its"
            " certificates in ELASTICSEARCH_CA_FILE."
        )
    return (
        f"Elasticsearch at {address()} cannot be reached. Is it running, and is ELASTICSEARCH_URL right, https:// where"
        " it speaks TLS?"
    )


def _refused(error: ApiError) -> str:
    if isinstance(error, NotFoundError):
        return MISSING
    if isinstance(error, AuthenticationException):
        return "Elasticsearch refuses the user or the password in ELASTICSEARCH_URL."
    if isinstance(error, AuthorizationException):
        return "The user in ELASTICSEARCH_URL may not do this: give it all rights on the products indices."
    if "media_type_header" in str(error.message):
        return f"Elasticsearch at {address()} is older than version {MAJOR}, which this client needs."
    return f"Elasticsearch answered with status {error.status_code}."
