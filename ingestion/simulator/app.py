"""The WSGI application: key, bucket, envelope, and the endpoints behind them (keepa.md 2 to 7)."""

from collections.abc import Callable, Iterable
from threading import Lock
from time import perf_counter
from typing import Any

from ingestion.simulator.answer import NO_BUCKET, REASONS, Answer, compress, encode, envelope
from ingestion.simulator.bucket import TokenBucket
from ingestion.simulator.clock import SimulatedClock, minute_of_ms
from ingestion.simulator.endpoints import Endpoints, Served
from ingestion.simulator.market import Market
from ingestion.simulator.parameters import (
    BAD_REQUEST,
    INVALID,
    NOT_FOUND,
    PAYMENT_REQUIRED,
    Parameters,
    Refused,
)

KEY_LENGTH = 64
OK, OUT_OF_TOKENS = 200, 429
CATALOGUE_SIZE = 5_000

Endpoint = Callable[[Parameters, int], Served]


class Simulator:
    """One simulated Keepa: a WSGI application for one key. Everything it serves follows from the seed and the clock."""

    def __init__(
        self,
        *,
        key: str,
        seed: int = 1,
        clock: SimulatedClock | None = None,
        rate: int = 20,
        balance: int | None = None,
        market: Market | None = None,
        catalogue_size: int = CATALOGUE_SIZE,
    ) -> None:
        self.clock = clock or SimulatedClock()
        self.bucket = TokenBucket(rate=rate, now_ms=self.clock.now_ms(), balance=balance)
        self.market = market or Market(seed=seed, live_since=self.clock.minute())
        self.endpoints = Endpoints(self.market, catalogue_size=catalogue_size)
        self._key = key
        self._one_at_a_time = Lock()
        self._routes: dict[str, Endpoint] = {"product": self.endpoints.product}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request. The body is compressed for every status, errors included."""
        answer = self.answer(environ)
        body, encoding = compress(answer.body, str(environ.get("HTTP_ACCEPT_ENCODING", "")))
        headers = [("Content-Type", answer.media_type), ("Content-Length", str(len(body)))]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        start_response(f"{answer.status} {REASONS[answer.status]}", headers)
        return [body]

    def answer(self, environ: dict[str, Any]) -> Answer:
        """The answer before compression."""
        started = perf_counter()
        query = Parameters.of(environ)
        try:
            self._check_key(query)
            path = str(environ.get("PATH_INFO", "")).strip("/")
            if path == "token":
                return self._say(OK, {}, started=started)
            return self._serve(path, query, started)
        except Refused as refused:
            return self._refuse(refused, started)

    def _serve(self, path: str, query: Parameters, started: float) -> Answer:
        endpoint = self._routes.get(path)
        if endpoint is None:
            raise Refused(NOT_FOUND, INVALID, f"There is no /{path}.", knows_bucket=True)
        now_ms = self.clock.now_ms()
        if not self.bucket.admit(now_ms):
            return self._say(OUT_OF_TOKENS, {}, started=started)
        # Numbers are crunched by one request at a time: more threads would only take turns.
        with self._one_at_a_time:
            served = endpoint(query, minute_of_ms(now_ms))
        return self._say(OK, served.payload, started=started, consumed=served.tokens)

    def _say(self, status: int, payload: dict[str, Any], *, started: float, consumed: int = 0) -> Answer:
        now_ms = self.clock.now_ms()
        bucket = self.bucket.spend(consumed, now_ms)
        took_ms = int((perf_counter() - started) * 1000)
        return encode(status, envelope(bucket, now_ms=now_ms, consumed=consumed, took_ms=took_ms) | payload)

    def _check_key(self, query: Parameters) -> None:
        key = query.text("key") or ""
        if len(key) != KEY_LENGTH:
            raise Refused(BAD_REQUEST, INVALID, "An invalid parameter was used: key.")
        if key != self._key:
            raise Refused(PAYMENT_REQUIRED, "unauthorized", "The key is unknown or its subscription has ended.")

    def _refuse(self, refused: Refused, started: float) -> Answer:
        now_ms = self.clock.now_ms()
        bucket = self.bucket.state(now_ms) if refused.knows_bucket else NO_BUCKET
        took_ms = int((perf_counter() - started) * 1000)
        error = {"type": refused.kind, "message": refused.message, "details": ""}
        content = envelope(bucket, now_ms=now_ms, consumed=0, took_ms=took_ms) | {"error": error}
        return encode(refused.status, content)
