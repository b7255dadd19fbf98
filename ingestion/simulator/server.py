"""A threaded HTTP/1.1 server for one WSGI application on loopback: keep-alive, one thread per connection."""

import io
import ipaddress
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Any]
BUFFER = 1 << 20


class UnusableAddress(Exception):
    """The address cannot be served; the message is the sentence for the person who gave it."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], application: Wsgi) -> None:
        self.application = application
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no event; anything else is shown by the base class."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = BUFFER
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        """Serve one request through the application."""
        started: list[tuple[str, list[tuple[str, str]]]] = []
        chunks = self.server.application(self._environ(), lambda status, headers: started.append((status, headers)))
        body = b"".join(chunks)
        status, headers = started[0]
        self.send_response_only(int(status.split(" ", 1)[0]), status.split(" ", 1)[1])
        for name, value in headers:
            self.send_header(name, value)
        if all(name.lower() != "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    do_DELETE = do_GET  # noqa: N815 - the name by which the base class finds it
    do_POST = do_GET  # noqa: N815 - the name by which the base class finds it

    def _environ(self) -> dict[str, Any]:
        target = urlsplit(self.path)
        announced = self.headers.get("Content-Length", "")
        length = int(announced) if announced.isdecimal() else 0
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote(target.path),
            "QUERY_STRING": target.query,
            "CONTENT_LENGTH": str(length),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "REMOTE_ADDR": self.client_address[0],
            "SERVER_PROTOCOL": self.request_version,
            "wsgi.input": io.BytesIO(self.rfile.read(length)),
            "wsgi.url_scheme": "http",
        }
        environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
        return environ

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Silent: a request line would carry the key."""


def parse_bind(bind: str) -> tuple[str, int]:
    """Host and port of "127.0.0.1:8077"; only loopback addresses are accepted. Port 0 means any free one."""
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    if not port.isdigit() or int(port) > 65_535:
        raise UnusableAddress(f"{bind!r} is not an address and port such as 127.0.0.1:8077.")
    if host == "localhost":
        return host, int(port)
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise UnusableAddress(f"{bind!r} is not an address and port such as 127.0.0.1:8077.") from None
    if not loopback:
        raise UnusableAddress(f"The simulator serves this machine only: bind it to 127.0.0.1, not to {host}.")
    return host, int(port)


def listen(bind: str, application: Wsgi) -> _Server:
    """A server that holds the address; the caller runs `serve_forever`."""
    host, port = parse_bind(bind)
    try:
        return _Server((host, port), application)
    except OSError as error:
        raise UnusableAddress(f"Cannot listen on {host}:{port}: {error.strerror}. Is a simulator running?") from None


@contextmanager
def serve_in_thread(application: Wsgi) -> Iterator[str]:
    """Serve on a free loopback port while the block runs; yields the base address."""
    server = listen("127.0.0.1:0", application)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
