"""Asking a simulator without a socket: one WSGI call, decoded."""

import gzip
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec
import zstandard

from ingestion.simulator.app import Simulator
from tests.simulator import KEY


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: status, headers in lower case, the body as sent."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def plain(self) -> bytes:
        """The body without its compression."""
        encoding = self.headers.get("content-encoding")
        if encoding == "gzip":
            return gzip.decompress(self.body)
        return zstandard.decompress(self.body) if encoding == "zstd" else self.body

    @property
    def content(self) -> Any:
        """The body decoded."""
        return msgspec.json.decode(self.plain)


def ask(simulator: Simulator, path: str, *, key: str = KEY, encoding: str = "", **parameters: Any) -> Reply:
    """GET a path; parameter names with a hyphen are given with an underscore."""
    query = urlencode({"key": key} | {name.replace("_", "-"): value for name, value in parameters.items()})
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "HTTP_ACCEPT_ENCODING": encoding}
    return call(simulator, environ)


def call(simulator: Simulator, environ: dict[str, Any]) -> Reply:
    """One WSGI call."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    body = b"".join(simulator(environ, lambda status, headers: started.append((status, headers))))
    status, headers = started[0]
    return Reply(int(status.split(" ")[0]), {name.lower(): value for name, value in headers}, body)


def products(simulator: Simulator, *asins: str, domain: int = 3, **parameters: Any) -> list[dict[str, Any]]:
    """The products of a request by ASIN."""
    found: list[dict[str, Any]] = ask(simulator, "/product", asin=",".join(asins), domain=domain, **parameters).content[
        "products"
    ]
    return found
