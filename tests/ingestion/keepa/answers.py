"""Answers in Keepa's form, and clients that get them without a network."""

import json
from collections.abc import Callable
from typing import Any

import httpx2

from ingestion.keepa.client import KeepaClient
from ingestion.keepa.envelope import Envelope

KEY = "q7" * 32
ASIN = "B000000001"
BASE = "http://keepa.example"


def envelope(**fields: Any) -> dict[str, Any]:
    """The envelope of an answer as Keepa writes it."""
    usual = {
        "timestamp": 1_790_000_000_000,
        "tokensLeft": 1000,
        "refillIn": 30_000,
        "refillRate": 20,
        "tokenFlowReduction": 0.0,
        "tokensConsumed": 1,
        "processingTimeInMs": 3,
    }
    return usual | fields


def told(**fields: Any) -> Envelope:
    """The envelope as the client hands it on."""
    usual: dict[str, Any] = {"timestamp": 1_790_000_000_000, "tokens_left": 1000, "refill_rate": 20}
    return Envelope(**usual | {"refill_in": 30_000} | fields)


def product(asin: str = ASIN, **fields: Any) -> dict[str, Any]:
    """The least that Keepa says about a product."""
    return {"asin": asin, "domainId": 3} | fields


def client_for(answer: Callable[[httpx2.Request], httpx2.Response]) -> KeepaClient:
    """A client whose requests go to a function."""
    return KeepaClient(key=KEY, base_url=BASE, transport=httpx2.MockTransport(answer))


def client_saying(body: Any, status: int = 200) -> KeepaClient:
    """A client that always gets the same body: bytes as they are, anything else as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client_for(lambda _: httpx2.Response(status, content=content))
