"""Keepa's bucket as arithmetic: what an answer says, what refills add, when a request becomes payable (keepa.md 6)."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ingestion.keepa.envelope import LUMP_SECONDS, Envelope, effective_rate

CAPACITY_LUMPS = 60
LARGEST_RESERVE = 60


@dataclass(frozen=True, slots=True)
class Balance:
    """Tokens at `server_ms` by Keepa's clock, and when by ours the next lump comes. `rate` 0 means: never told."""

    tokens: int
    rate: int
    flow_reduction: float
    refill_at: datetime
    server_ms: int

    @property
    def capacity(self) -> int:
        """What the bucket can hold."""
        return CAPACITY_LUMPS * self.rate

    @property
    def lump(self) -> int:
        """What a minute brings."""
        return effective_rate(self.rate, self.flow_reduction)

    @property
    def reserve(self) -> int:
        """What no request may touch, so that people who ask by hand find something: min(60, 5 % of capacity)."""
        return min(LARGEST_RESERVE, self.capacity // 20)

    def at(self, now: datetime) -> "Balance":
        """The balance with the lumps that have come since."""
        if now < self.refill_at:
            return self
        lumps = 1 + int((now - self.refill_at).total_seconds() // LUMP_SECONDS)
        return replace(
            self,
            tokens=min(self.capacity, self.tokens + lumps * self.lump),
            refill_at=self.refill_at + timedelta(seconds=lumps * LUMP_SECONDS),
        )

    def told(self, envelope: Envelope, now: datetime) -> "Balance":
        """The balance after an answer. A late one, older than what is known, changes nothing.

        Of two answers of the same millisecond the lower balance is the later one. An answer without bucket state
        can only have cost what it says.
        """
        if not envelope.tells_balance:
            return replace(self, tokens=self.tokens - envelope.tokens_consumed)
        if self.rate and (envelope.timestamp, -envelope.tokens_left) <= (self.server_ms, -self.tokens):
            return self
        return Balance(
            tokens=envelope.tokens_left,
            rate=envelope.refill_rate,
            flow_reduction=envelope.token_flow_reduction,
            refill_at=now + timedelta(milliseconds=envelope.refill_in),
            server_ms=envelope.timestamp,
        )

    def seconds_until(self, tokens: int, now: datetime) -> float | None:
        """How long until the balance reaches `tokens`, or the capacity if that is less. None: it never will."""
        current = self.at(now)
        missing = min(tokens, current.capacity) - current.tokens
        if missing <= 0:
            return 0.0
        if current.lump == 0:
            return None
        lumps = math.ceil(missing / current.lump)
        return (current.refill_at - now).total_seconds() + (lumps - 1) * LUMP_SECONDS
