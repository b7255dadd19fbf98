"""The control endpoint: faults, balance and clock of a running simulator, for callers on the same machine only.

`POST /_simulator/faults` plans one or several (`{"kind": "slow", "times": 2, "seconds": 0.5, "path": "product"}`),
`DELETE` forgets them; `POST /_simulator/balance` `{"tokens": 5}`; `POST /_simulator/clock` `{"minutes": 30}`. Bodies
must be JSON by their Content-Type as well, which a web page of somebody else's cannot send here unasked.
"""

import ipaddress
from collections.abc import Callable
from typing import Any

import msgspec

from ingestion.simulator.answer import Answer, encode
from ingestion.simulator.bucket import TokenBucket
from ingestion.simulator.clock import SimulatedClock
from ingestion.simulator.faults import FaultKind, Faults
from ingestion.simulator.parameters import BAD_REQUEST, NOT_FOUND

CONTROL_PREFIX = "_simulator"
OK, FORBIDDEN = 200, 403
MOST_BYTES = 65_536


class PlannedFault(msgspec.Struct, forbid_unknown_fields=True):
    """A fault as the control endpoint takes it; fields as in `faults.Fault`."""

    kind: FaultKind
    times: int | None = 1
    path: str = "product"
    seconds: float = 1.0
    share: float = 1.0
    asin: str = ""


class Balance(msgspec.Struct, forbid_unknown_fields=True):
    """The tokens that the bucket shall hold."""

    tokens: int


class Forward(msgspec.Struct, forbid_unknown_fields=True):
    """By how many minutes the clock shall move forward."""

    minutes: float


class Control:
    """What the control endpoint may change."""

    def __init__(self, *, faults: Faults, bucket: TokenBucket, clock: SimulatedClock) -> None:
        self._faults = faults
        self._bucket = bucket
        self._clock = clock
        self._posts: dict[str, Callable[[bytes], None]] = {
            "faults": self._plan,
            "balance": self._set_balance,
            "clock": self._advance,
        }

    def answer(self, path: str, environ: dict[str, Any]) -> Answer:
        """Do what a request to the control endpoint says."""
        if not _is_loopback(str(environ.get("REMOTE_ADDR", ""))):
            return encode(FORBIDDEN, {"error": "The control endpoint answers callers on this machine only."})
        what, method = path.removeprefix(CONTROL_PREFIX).strip("/"), environ.get("REQUEST_METHOD")
        if method == "DELETE" and what == "faults":
            self._faults.clear()
            return encode(OK, {})
        if method != "POST" or what not in self._posts:
            return encode(NOT_FOUND, {"error": "There are faults, balance and clock, each by POST."})
        if not str(environ.get("CONTENT_TYPE", "")).startswith("application/json"):
            return encode(BAD_REQUEST, {"error": "Send JSON, with Content-Type application/json."})
        try:
            self._posts[what](environ["wsgi.input"].read(MOST_BYTES))
        except (msgspec.DecodeError, ValueError) as error:
            return encode(BAD_REQUEST, {"error": str(error)})
        return encode(OK, {})

    def _plan(self, body: bytes) -> None:
        planned = msgspec.json.decode(body, type=PlannedFault | list[PlannedFault])
        for fault in planned if isinstance(planned, list) else [planned]:
            self._faults.plan(**msgspec.structs.asdict(fault))

    def _set_balance(self, body: bytes) -> None:
        self._bucket.set_balance(msgspec.json.decode(body, type=Balance).tokens)

    def _advance(self, body: bytes) -> None:
        self._clock.advance(minutes=msgspec.json.decode(body, type=Forward).minutes)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
