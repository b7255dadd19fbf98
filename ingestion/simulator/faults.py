"""Fault knobs: what may go wrong with an answer, planned by a test or by the control endpoint."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import Any

from ingestion.simulator.csv_types import BUY_BOX, NEW
from ingestion.simulator.hashing import key_of
from ingestion.simulator.parameters import BAD_REQUEST, INVALID, NOT_FOUND, OUT_OF_RANGE, PAYMENT_REQUIRED, Refused

Payload = dict[str, Any]
Product = dict[str, Any]


class FaultKind(StrEnum):
    """What goes wrong."""

    MALFORMED = "400"
    UNPAID = "402"
    UNKNOWN_PATH = "404"
    OUT_OF_RANGE = "405"
    SERVER_ERROR = "500"
    OUTAGE = "503"
    SLOW = "slow"
    CUT = "cut"
    HTML = "html"
    ERROR_WITH_200 = "error-with-200"
    NO_PRODUCTS = "no-products"
    UNKNOWN_KEYS = "unknown-keys"
    REORDERED = "reordered"
    STRING_NUMBERS = "string-numbers"
    LONGER_CSV = "longer-csv"
    SHORTER_CSV = "shorter-csv"
    FUTURE_TIME = "future-time"
    HUGE_PRICE = "huge-price"
    BROKEN_TRIPLE = "broken-triple"
    PARTLY_FAILED = "partly-failed"


REFUSALS: dict[FaultKind, Refused] = {
    FaultKind.MALFORMED: Refused(BAD_REQUEST, INVALID, "An invalid parameter was used."),
    FaultKind.UNPAID: Refused(PAYMENT_REQUIRED, "unauthorized", "The key is unknown or its subscription has ended."),
    FaultKind.UNKNOWN_PATH: Refused(NOT_FOUND, INVALID, "There is no such path.", knows_bucket=True),
    FaultKind.OUT_OF_RANGE: Refused(OUT_OF_RANGE, INVALID, "A parameter is out of its range.", knows_bucket=True),
}
"""The kinds that refuse a request, free of charge."""


@dataclass(slots=True)
class Fault:
    """A planned fault: for how many requests (None: until cleared), for which endpoint, how many seconds if slow.

    `asin` narrows a fault of products to one of them.
    """

    kind: FaultKind
    times: int | None = 1
    path: str = "product"
    seconds: float = 1.0
    share: float = 1.0
    asin: str = ""


class Faults:
    """The faults that are planned. Several may hit one request; each counts down by itself."""

    def __init__(self, planned: Iterable[Fault] = ()) -> None:
        self._planned = list(planned)
        self._requests = 0
        self._lock = Lock()

    def plan(
        self,
        kind: FaultKind | str,
        *,
        times: int | None = 1,
        path: str = "product",
        seconds: float = 1.0,
        share: float = 1.0,
        asin: str = "",
    ) -> None:
        """Plan a fault for the next `times` requests to an endpoint, or for a `share` of them.

        Raises ValueError for an unknown kind.
        """
        with self._lock:
            self._planned.append(Fault(FaultKind(kind), times, path, seconds, share, asin))

    def clear(self) -> None:
        """Forget every planned fault."""
        with self._lock:
            self._planned.clear()

    def take(self, path: str) -> list[Fault]:
        """The faults of the request that arrives now."""
        with self._lock:
            self._requests += 1
            hit = [fault for fault in self._planned if fault.path == path and self._falls_on(fault)]
            for fault in hit:
                if fault.times is not None:
                    fault.times -= 1
            self._planned = [fault for fault in self._planned if fault.times != 0]
            return hit

    def _falls_on(self, fault: Fault) -> bool:
        """Whether a fault for a share of the requests hits this one; the same requests in every run."""
        return fault.share >= 1 or key_of(f"{fault.kind}:{self._requests}") % 10_000 < fault.share * 10_000


def parse_faults(text: str) -> list[Fault]:
    """Faults of a command line such as "500:0.02,slow:0.01": a kind and the share of requests it hits.

    Raises ValueError for an unknown kind or a share that is no number.
    """
    planned = []
    for entry in filter(None, text.split(",")):
        kind, _, share = entry.partition(":")
        planned.append(Fault(FaultKind(kind.strip()), times=None, share=float(share or 1)))
    return planned


def spoil(fault: Fault, payload: Payload) -> Payload:
    """The payload with one fault in it; kinds that do not concern payloads leave it as it is."""
    change = _PAYLOADS.get(fault.kind)
    if change is not None:
        return change(payload)
    each = _PRODUCTS.get(fault.kind)
    if each is not None:
        for product in payload.get("products") or []:
            if fault.asin in ("", product["asin"]):
                each(product)
    return payload


def _error_with_200(_: Payload) -> Payload:
    return {"error": {"type": "internal", "message": "An internal error occurred.", "details": ""}}


def _partly_failed(payload: Payload) -> Payload:
    products = payload.get("products") or []
    return payload | {"products": products[: len(products) // 2]} | _error_with_200(payload)


def _no_products(payload: Payload) -> Payload:
    return {name: value for name, value in payload.items() if name != "products"}


def _unknown_keys(payload: Payload) -> Payload:
    for product in payload.get("products") or []:
        product["aKeyOfTomorrow"] = {"nested": [1, None, "x"]}
    return payload | {"somethingNew": True}


def _reordered(payload: Payload) -> Payload:
    return payload | {"products": list(reversed(payload.get("products") or []))}


def _string_numbers(product: Product) -> None:
    for name in ("domainId", "rootCategory", "lastUpdate", "packageWeight"):
        if name in product:
            product[name] = str(product[name])


def _longer_csv(product: Product) -> None:
    if product.get("csv"):
        product["csv"] = [*product["csv"], [product["lastUpdate"], 7], None]


def _shorter_csv(product: Product) -> None:
    if product.get("csv"):
        product["csv"] = product["csv"][:34]


def _future_time(product: Product) -> None:
    _add_points(product, NEW, [product["lastUpdate"] + 100_000, 1_999])
    product["lastUpdate"] += 100_000


def _huge_price(product: Product) -> None:
    _add_points(product, NEW, [product["lastUpdate"], 2**31])


def _broken_triple(product: Product) -> None:
    _add_points(product, BUY_BOX, [product["lastUpdate"], 1_999])


def _add_points(product: Product, kind: int, numbers: list[int]) -> None:
    csv = product.get("csv")
    if csv:
        product["csv"] = [[*(row or []), *numbers] if place == kind else row for place, row in enumerate(csv)]


_PAYLOADS: dict[FaultKind, Callable[[Payload], Payload]] = {
    FaultKind.ERROR_WITH_200: _error_with_200,
    FaultKind.PARTLY_FAILED: _partly_failed,
    FaultKind.NO_PRODUCTS: _no_products,
    FaultKind.UNKNOWN_KEYS: _unknown_keys,
    FaultKind.REORDERED: _reordered,
}
_PRODUCTS: dict[FaultKind, Callable[[Product], None]] = {
    FaultKind.STRING_NUMBERS: _string_numbers,
    FaultKind.LONGER_CSV: _longer_csv,
    FaultKind.SHORTER_CSV: _shorter_csv,
    FaultKind.FUTURE_TIME: _future_time,
    FaultKind.HUGE_PRICE: _huge_price,
    FaultKind.BROKEN_TRIPLE: _broken_triple,
}
