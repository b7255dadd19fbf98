"""Where the key joins a request, so that nothing above this line ever holds an address with the key in it."""

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

    def hide(self, text: str) -> str:
        """The text with the key blotted out, for words that came from the other side."""
        for form in {self._key, quote(self._key, safe=""), quote_plus(self._key)} - {""}:
            text = text.replace(form, "[key]")
        return text
