"""Keepa's token bucket: lumps once a minute, admission while the balance is positive (keepa.md 6)."""

from dataclasses import dataclass
from threading import Lock

from ingestion.simulator.clock import MS_PER_MINUTE

MINUTES_OF_CAPACITY = 60


@dataclass(frozen=True, slots=True)
class BucketState:
    """What the envelope says: the balance, milliseconds to the next lump, tokens per lump."""

    tokens_left: int
    refill_in: int
    refill_rate: int
    token_flow_reduction: float


class TokenBucket:
    """The bucket of one key. All times are Unix milliseconds of the simulated clock."""

    def __init__(self, *, rate: int, now_ms: int, balance: int | None = None, flow_reduction: float = 0.0) -> None:
        self.rate = rate
        self.flow_reduction = flow_reduction
        self._balance = self.capacity if balance is None else balance
        self._next_lump = now_ms + MS_PER_MINUTE
        self._lock = Lock()

    @property
    def capacity(self) -> int:
        """The most that can be saved up: an hour of refill."""
        return MINUTES_OF_CAPACITY * self.rate

    def state(self, now_ms: int) -> BucketState:
        """The bucket as it stands; asking is free and always answered."""
        with self._lock:
            self._refill(now_ms)
            return self._state(now_ms)

    def admit(self, now_ms: int) -> bool:
        """Whether a request that arrives now is served, whatever it will cost."""
        with self._lock:
            self._refill(now_ms)
            return self._balance > 0

    def spend(self, tokens: int, now_ms: int) -> BucketState:
        """Deduct what a request did cost, below zero if need be."""
        with self._lock:
            self._refill(now_ms)
            self._balance -= tokens
            return self._state(now_ms)

    def set_balance(self, tokens: int) -> None:
        """Put the balance where a test wants it."""
        with self._lock:
            self._balance = tokens

    def _refill(self, now_ms: int) -> None:
        if now_ms < self._next_lump:
            return
        lumps = (now_ms - self._next_lump) // MS_PER_MINUTE + 1
        gain = lumps * (self.rate - round(self.flow_reduction))
        self._balance = min(self.capacity, self._balance + gain)
        self._next_lump += lumps * MS_PER_MINUTE

    def _state(self, now_ms: int) -> BucketState:
        return BucketState(self._balance, max(0, self._next_lump - now_ms), self.rate, self.flow_reduction)
