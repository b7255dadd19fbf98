"""The WSGI application: key, bucket, envelope, faults, and the endpoints behind them (keepa.md 2 to 7)."""

import time
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from ingestion.simulator.answer import NO_BUCKET, REASONS, Answer, compress, encode, envelope
from ingestion.simulator.bucket import TokenBucket
from ingestion.simulator.clock import SimulatedClock, minute_of_ms
from ingestion.simulator.control import CONTROL_PREFIX, Control
from ingestion.simulator.csv_types import CSV_LENGTH
from ingestion.simulator.endpoints import Endpoints
from ingestion.simulator.faults import REFUSALS, Fault, FaultKind, Faults, spoil
from ingestion.simulator.market import Market
from ingestion.simulator.parameters import BAD_REQUEST, INVALID, NOT_FOUND, PAYMENT_REQUIRED, Parameters, Refused

KEY_LENGTH = 64
OK, OUT_OF_TOKENS, SERVER_ERROR, OUTAGE = 200, 429, 500, 503
CATALOGUE_SIZE = 5_000
MS = 1_000
PAGE_OF_A_PROXY = b"<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>"


class Simulator:
    """One simulated Keepa: a WSGI application for one key. Everything it serves follows from the seed and the clock.

    `sleep` is how a slow answer waits.
    """

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
        csv_length: int = CSV_LENGTH,
        faults: Faults | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.clock = clock or SimulatedClock()
        self.bucket = TokenBucket(rate=rate, now_ms=self.clock.now_ms(), balance=balance)
        self.market = market or Market(seed=seed, live_since=self.clock.minute())
        self.faults = faults or Faults()
        self._control = Control(faults=self.faults, bucket=self.bucket, clock=self.clock)
        self._key = key
        self._sleep = sleep
        self._one_at_a_time = Lock()
        self._routes = Endpoints(self.market, catalogue_size=catalogue_size, csv_length=csv_length).routes()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request. The body is compressed for every status, errors included."""
        path = str(environ.get("PATH_INFO", "")).strip("/")
        if path.startswith(CONTROL_PREFIX):
            answer, faults = self._control.answer(path, environ), []
        else:
            faults = self.faults.take(path)
            answer = self._answer(path, Parameters.of(environ), faults)
        body, encoding = compress(answer.body, str(environ.get("HTTP_ACCEPT_ENCODING", "")))
        if any(fault.kind == FaultKind.CUT for fault in faults):
            body = body[: len(body) // 2]
        headers = [("Content-Type", answer.media_type), ("Content-Length", str(len(body)))]
        if encoding:
            headers.append(("Content-Encoding", encoding))
        start_response(f"{answer.status} {REASONS[answer.status]}", headers)
        return [body]

    def _answer(self, path: str, query: Parameters, faults: list[Fault]) -> Answer:
        """The answer before compression."""
        started = time.perf_counter()
        kinds = {fault.kind for fault in faults}
        for fault in faults:
            if fault.kind == FaultKind.SLOW:
                self._sleep(fault.seconds)
        if FaultKind.HTML in kinds:
            return Answer(OK, PAGE_OF_A_PROXY, media_type="text/html; charset=utf-8")
        for kind, status in ((FaultKind.SERVER_ERROR, SERVER_ERROR), (FaultKind.OUTAGE, OUTAGE)):
            if kind in kinds:
                return self._say(status, {}, started=started)
        for kind in kinds & REFUSALS.keys():
            return self._refuse(REFUSALS[kind], started)
        try:
            self._check_key(query)
            return self._serve(path, query, started, faults)
        except Refused as refused:
            return self._refuse(refused, started)

    def _serve(self, path: str, query: Parameters, started: float, faults: list[Fault]) -> Answer:
        if path == "token":
            return self._say(OK, {}, started=started)
        endpoint = self._routes.get(path)
        if endpoint is None:
            raise Refused(NOT_FOUND, INVALID, f"There is no /{path}.", knows_bucket=True)
        now_ms = self.clock.now_ms()
        if not self.bucket.admit(now_ms):
            return self._say(OUT_OF_TOKENS, {}, started=started)
        # Numbers are crunched by one request at a time: more threads would only take turns.
        with self._one_at_a_time:
            served = endpoint(query, minute_of_ms(now_ms))
        payload = served.payload
        for fault in faults:
            payload = spoil(fault, payload)
        return self._say(OK, payload, started=started, consumed=served.tokens)

    def _say(self, status: int, payload: dict[str, Any], *, started: float, consumed: int = 0) -> Answer:
        now_ms = self.clock.now_ms()
        bucket = self.bucket.spend(consumed, now_ms)
        took_ms = int((time.perf_counter() - started) * MS)
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
        took_ms = int((time.perf_counter() - started) * MS)
        error = {"type": refused.kind, "message": refused.message, "details": ""}
        content = envelope(bucket, now_ms=now_ms, consumed=0, took_ms=took_ms) | {"error": error}
        return encode(refused.status, content)
