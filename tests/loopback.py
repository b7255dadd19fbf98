"""A server on a free port of loopback that a test plays the other side with."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import TypeVar

from tests.certificates import Certificate

_NUMBERS = count()


class LoopbackServer(ThreadingHTTPServer):
    """It does not answer while `may_answer` is unset, which a handler waits for. With `own` it speaks TLS alone.

    A port may be given out again: `number` tells this server from all others, for who remembers servers by address.
    """

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler], own: Certificate | None = None) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.scheme = "https" if own else "http"
        if own:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(own.cert, own.key)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.number = next(_NUMBERS)
        self.may_answer = threading.Event()
        self.may_answer.set()

    @property
    def url(self) -> str:
        """With a user whose password must never be seen."""
        return f"{self.scheme}://reader{self.number}:hush-hush@127.0.0.1:{self.server_port}"


Server = TypeVar("Server", bound=LoopbackServer)


@contextmanager
def serving(server: Server) -> Iterator[Server]:
    """Let it answer for the block."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.may_answer.set()
        server.shutdown()
        thread.join()
        server.server_close()
