"""What goes over the wire: the envelope around every answer, and its encoding."""

import gzip
from dataclasses import dataclass
from typing import Any

import msgspec
import zstandard

from ingestion.simulator.bucket import BucketState

REASONS = {
    200: "OK",
    400: "Bad Request",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
NO_BUCKET = BucketState(0, 0, 0, 0.0)
FASTEST = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer: status, body before compression, and its media type."""

    status: int
    body: bytes
    media_type: str = "application/json;charset=utf-8"


def envelope(bucket: BucketState, *, now_ms: int, consumed: int, took_ms: int) -> dict[str, Any]:
    """The fields that every answer of Keepa has (keepa.md 4)."""
    return {
        "timestamp": now_ms,
        "tokensLeft": bucket.tokens_left,
        "refillIn": bucket.refill_in,
        "refillRate": bucket.refill_rate,
        "tokenFlowReduction": bucket.token_flow_reduction,
        "tokensConsumed": consumed,
        "processingTimeInMs": took_ms,
    }


def encode(status: int, content: dict[str, Any]) -> Answer:
    """An answer in JSON."""
    return Answer(status, msgspec.json.encode(content))


def compress(body: bytes, accepted: str) -> tuple[bytes, str]:
    """The body in the best encoding the client offers, and that encoding's name ("" for none)."""
    offered = {entry.partition(";")[0].strip().lower() for entry in accepted.split(",")}
    if "zstd" in offered:
        return zstandard.ZstdCompressor(level=FASTEST).compress(body), "zstd"
    if "gzip" in offered:
        return gzip.compress(body, FASTEST, mtime=0), "gzip"
    return body, ""
