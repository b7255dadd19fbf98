"""What lies between the simulated Keepa and us: it counts requests, and it can change the bytes of an answer."""

from collections.abc import Callable, Iterable
from typing import Any

from ingestion.simulator.app import Simulator


class Wire:
    """A WSGI application around the simulator. `offers` replaces the encodings that the client says it reads."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.paths: list[str] = []
        self.change: Callable[[bytes], bytes] | None = None
        self.offers: str | None = None

    def mend(self) -> None:
        """Change nothing any more."""
        self.change = self.offers = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Hand a request on."""
        self.paths.append(environ["PATH_INFO"])
        if self.offers is not None:
            environ["HTTP_ACCEPT_ENCODING"] = self.offers
        if self.change is None or environ["PATH_INFO"] != "/product":
            return self.simulator(environ, start_response)
        started: list[tuple[str, list[tuple[str, str]]]] = []
        body = b"".join(self.simulator(environ | {"HTTP_ACCEPT_ENCODING": ""}, lambda *said: started.append(said)))
        status, headers = started[0]
        start_response(status, [header for header in headers if header[0] != "Content-Length"])
        return [self.change(body)]
