"""The one HTTP client factory: time-outs, user agent, no redirects, gzip and zstd."""

import gzip
import zlib

import httpx2
import zstandard
from django.conf import settings

CONNECT_SECONDS = 10.0
READ_SECONDS = 120.0
"""Keepa's own client waits this long for an answer (keepa.md 2)."""

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


class UnreadableBody(Exception):
    """The compressed body is damaged or cut off."""


def http_client(
    *,
    base_url: str = "",
    read_seconds: float = READ_SECONDS,
    transport: httpx2.BaseTransport | None = None,
) -> httpx2.Client:
    """A pooled client. A redirect is an answer like any other: it is never followed."""
    return httpx2.Client(
        base_url=base_url,
        headers={"User-Agent": f"arbitrage-tracker/{settings.VERSION}", "Accept-Encoding": "gzip, zstd"},
        timeout=httpx2.Timeout(read_seconds, connect=CONNECT_SECONDS),
        follow_redirects=False,
        transport=transport,
    )


def body_of(response: httpx2.Response) -> bytes:
    """The plain body of a response that was read.

    httpx2 undoes gzip where a header announces it, and zstd only where an optional package is installed;
    Keepa also compresses bodies of errors, so what is left is recognised by its first bytes (keepa.md 2).
    Raises UnreadableBody.
    """
    content = response.content
    try:
        if content.startswith(_GZIP):
            return gzip.decompress(content)
        if content.startswith(_ZSTD):
            return zstandard.ZstdDecompressor().decompressobj().decompress(content)
    except (EOFError, OSError, zlib.error, zstandard.ZstdError) as error:
        raise UnreadableBody("The compressed answer is damaged or was cut off.") from error
    return content
