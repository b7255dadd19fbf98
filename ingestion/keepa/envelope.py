"""What every answer of Keepa says about itself and about the token bucket (keepa.md 4)."""

import math
from dataclasses import dataclass, field

import msgspec

LUMP_SECONDS = 60
"""Tokens come in one lump a minute, not as a stream."""


class AnswerError(msgspec.Struct, frozen=True):
    """The `error` object of an answer."""

    type: str | None = ""
    message: str | None = ""
    details: str | None = ""


class Envelope(msgspec.Struct, frozen=True, rename="camel"):
    """Token fields of an answer. `timestamp` is the server's clock and `refill_in` a span, both in milliseconds."""

    timestamp: int = 0
    tokens_left: int = 0
    refill_in: int = 0
    refill_rate: int = 0
    token_flow_reduction: float = 0.0
    tokens_consumed: int = 0
    error: AnswerError | None = None

    @property
    def tells_balance(self) -> bool:
        """A rate of 0 means that the envelope carries no bucket state."""
        return self.refill_rate > 0

    def seconds_until_positive(self) -> float:
        """How long to wait after a 429 (keepa.md 5). Infinite when trackings take the whole refill."""
        if not self.tells_balance:
            return float(LUMP_SECONDS)
        rate = effective_rate(self.refill_rate, self.token_flow_reduction)
        if rate <= 0:
            return math.inf
        lumps = max(1, math.ceil((1 - self.tokens_left) / rate))
        return self.refill_in / 1000 + 0.1 + (lumps - 1) * LUMP_SECONDS


def effective_rate(refill_rate: int, flow_reduction: float) -> int:
    """Tokens in one lump, after what trackings take off."""
    return max(0, refill_rate - math.floor(flow_reduction + 0.5))


@dataclass(frozen=True, slots=True)
class Answer:
    """Products by ASIN in the order of the answer, each as Keepa sent it.

    `asked` names the ASINs that an answered request asked for: one of them without a product is unknown to Keepa,
    while one that is missing in `asked` was not paid for yet. `updated` is each product's lastUpdate as a Keepa
    minute, 0 where it has none.
    """

    envelope: Envelope
    products: dict[str, msgspec.Raw]
    asked: tuple[str, ...] = ()
    updated: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BestSellers:
    """ASINs by rank; empty when Keepa has no list for the category. `updated` is a Keepa minute."""

    envelope: Envelope
    asins: list[str]
    updated: int


class Category(msgspec.Struct, frozen=True, rename="camel"):
    """A node of the category tree of one marketplace; `parent` 0 is a root."""

    cat_id: int
    name: str
    parent: int = 0
    children: list[int] | None = None
    product_count: int | None = None


@dataclass(frozen=True, slots=True)
class Categories:
    """Categories by id, and their ancestors where they were asked for."""

    envelope: Envelope
    categories: dict[int, Category]
    parents: dict[int, Category]
