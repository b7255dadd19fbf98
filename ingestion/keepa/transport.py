"""Where the key joins a request, so that nothing above this line ever holds an address with the key in it."""

import logging
import re
from urllib.parse import quote, quote_plus

import httpx2


class KeyedTransport(httpx2.BaseTransport):
    """Adds the query parameter `key`, as Keepa demands, to the copy of a request that goes out.

    The client, its log lines, its responses and its exceptions see the request without the key.
    """

    def __init__(self, key: str, inner: httpx2.BaseTransport) -> None:
        self._key = key
        self._inner = inner

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request with the key."""
        return self._inner.handle_request(
            httpx2.Request(
                request.method,
                request.url.copy_add_param("key", self._key),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        )

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def hide(self, body: bytes) -> bytes:
        """The body with the key blotted out: an error page may repeat the address that was asked for."""
        for form in {self._key, quote(self._key, safe=""), quote_plus(self._key)}:
            body = body.replace(form.encode(), b"[key]")
        return body


def _hide_key(record: logging.LogRecord) -> bool:
    """At DEBUG the library logs the headers of an answer, and a redirect's address repeats ours with its key."""
    message = record.getMessage()
    if "key=" in message:
        record.msg, record.args = _KEY_IN_ADDRESS.sub("key=[key]", message), ()
    return True


_KEY_IN_ADDRESS = re.compile(r"\bkey=[^&'\"\s]+")

for _name in ("httpcore2.connection", "httpcore2.http11", "httpcore2.http2", "httpcore2.proxy"):
    logging.getLogger(_name).addFilter(_hide_key)
