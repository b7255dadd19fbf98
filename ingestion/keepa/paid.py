"""The client that pays: reserve tokens, ask, settle; passing failures are tried again a few times."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from random import Random
from typing import Protocol, Self, TypeVar

import structlog
from django.conf import settings

from arbitrage_site import clock
from arbitrage_site.backoff import longest_pause
from ingestion.errors import KeepaError, KeepaKeyRefused, KeepaOutOfTokens, NotPayable
from ingestion.keepa.bucket import Bucket, BucketState
from ingestion.keepa.client import KeepaClient
from ingestion.keepa.constants import (
    BESTSELLERS_TOKENS,
    CATEGORY_TOKENS,
    MOST_ASINS,
    SEARCH_TOKENS,
    product_tokens,
)
from ingestion.keepa.envelope import Answer, BestSellers, Categories, Envelope

log = structlog.get_logger(__name__)

LONGEST_PAUSE = 60.0


class _HasEnvelope(Protocol):
    @property
    def envelope(self) -> Envelope: ...


Told = TypeVar("Told", bound=_HasEnvelope)


@dataclass(slots=True)
class Patience:
    """How often and how long to try. `attempts` counts the first try; a wait longer than `longest_wait` is an error."""

    attempts: int = field(default_factory=lambda: settings.POLL_RETRY_ATTEMPTS)
    delay_seconds: float = field(default_factory=lambda: settings.POLL_RETRY_DELAY_SECONDS)
    longest_wait: float = LONGEST_PAUSE
    sleep: Callable[[float], None] = time.sleep
    random: Random = field(default_factory=lambda: Random(os.getpid()))  # noqa: S311 - spreads workers, guards nothing
    now: Callable[[], datetime] = clock.now

    def pause(self, error: KeepaError, attempt: int) -> None:
        """Wait before the try after `attempt`, or raise the error again if that would be too long."""
        if isinstance(error, KeepaOutOfTokens):
            if error.wait_seconds > self.longest_wait:
                raise error
            self.sleep(error.wait_seconds)
            return
        least = longest_pause(attempt - 1, first=self.delay_seconds, most=LONGEST_PAUSE)
        self.sleep(least * (1 + self.random.random() / 2))


class PaidClient:
    """The calls of KeepaClient, each within the token balance.

    Raises NotPayable at once when the bucket refuses: whoever asks decides whether to wait.
    """

    def __init__(self, client: KeepaClient, bucket: Bucket, patience: Patience | None = None) -> None:
        self._client = client
        self.bucket = bucket
        self._patience = patience or Patience()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.close()

    def token(self) -> Envelope:
        """Ask for the balance, free. A good answer lifts the block of a key that was refused."""
        asked_at = self._patience.now()
        try:
            envelope = self._client.token()
        except KeepaKeyRefused as error:
            self.bucket.block(str(error), now=self._patience.now())
            raise
        self.bucket.sync(envelope, asked_at=asked_at, now=self._patience.now())
        return envelope

    def state(self) -> BucketState:
        """The bucket as it stands. Asks Keepa first, free, if the balance is unknown or a request got lost."""
        self._learn_balance()
        return self.bucket.state(self._patience.now())

    def _learn_balance(self) -> None:
        if self.bucket.needs_telling(self._patience.now()):
            self.token()

    def products(
        self,
        domain_id: int,
        asins: Sequence[str],
        *,
        buybox: bool = False,
        rating: bool = False,
        days: int | None = None,
        stats: int | None = None,
        update: int | None = None,
    ) -> Answer:
        """As KeepaClient.products, for any number of ASINs: split by what a request may hold and the key can pay.

        A failure after the first part gives what was answered until then: see `Answer.asked`.
        """
        each = product_tokens(buybox=buybox, rating=rating, update=update)
        answers: list[Answer] = []
        for part in self._parts(asins, each):
            try:
                ask = partial(
                    self._client.products,
                    domain_id,
                    part,
                    buybox=buybox,
                    rating=rating,
                    days=days,
                    stats=stats,
                    update=update,
                )
                answers.append(self._pay(each * len(part), "products", ask))
            except KeepaError as error:
                if not answers:
                    raise
                log.warning(
                    "keepa_asked_in_part", left=len(asins) - sum(len(a.asked) for a in answers), reason=str(error)
                )
                break
        return _joined(answers)

    def codes(
        self,
        domain_id: int,
        codes: Sequence[str],
        *,
        limit: int,
        buybox: bool = False,
        rating: bool = False,
        days: int | None = None,
        stats: int | None = None,
    ) -> Answer:
        """As KeepaClient.codes; reserved for `limit` products per code."""
        cost = len(codes) * limit * product_tokens(buybox=buybox, rating=rating)
        return self._pay(
            cost,
            "codes",
            lambda: self._client.codes(
                domain_id, codes, limit=limit, buybox=buybox, rating=rating, days=days, stats=stats
            ),
        )

    def search(self, domain_id: int, term: str, *, page: int) -> Answer:
        """As KeepaClient.search: 10 tokens."""
        return self._pay(SEARCH_TOKENS, "search", lambda: self._client.search(domain_id, term, page=page))

    def bestsellers(self, domain_id: int, category: int | str) -> BestSellers:
        """As KeepaClient.bestsellers: 50 tokens."""
        return self._pay(BESTSELLERS_TOKENS, "bestsellers", lambda: self._client.bestsellers(domain_id, category))

    def category(self, domain_id: int, ids: Sequence[int], *, parents: bool = False) -> Categories:
        """As KeepaClient.category: up to 2 tokens."""
        return self._pay(CATEGORY_TOKENS, "category", lambda: self._client.category(domain_id, ids, parents=parents))

    def _parts(self, asins: Sequence[str], each: int) -> list[Sequence[str]]:
        self._learn_balance()
        size = max(1, min(MOST_ASINS, self.bucket.most_payable(self._patience.now()) // each))
        return [asins[start : start + size] for start in range(0, len(asins), size)] or [asins]

    def _pay(self, tokens: int, purpose: str, ask: Callable[[], Told]) -> Told:
        for attempt in range(1, self._patience.attempts):
            try:
                return self._pay_once(tokens, purpose, ask)
            except NotPayable:
                raise
            except KeepaError as error:
                if error.permanent:
                    raise
                self._patience.pause(error, attempt)
        return self._pay_once(tokens, purpose, ask)

    def _pay_once(self, tokens: int, purpose: str, ask: Callable[[], Told]) -> Told:
        self._learn_balance()
        reservation = self.bucket.reserve(tokens, purpose=purpose, now=self._patience.now())
        try:
            answer = ask()
        except KeepaError as error:
            self._after_failure(reservation, error)
            raise
        self.bucket.settle(reservation, answer.envelope, now=self._patience.now())
        return answer

    def _after_failure(self, reservation: int, error: KeepaError) -> None:
        """A refusal costs nothing, whether or not it can be read; without an answer Keepa may have charged."""
        now = self._patience.now()
        if error.envelope is None and not error.permanent:
            self.bucket.unanswered(reservation, now=now)
        else:
            self.bucket.settle(reservation, error.envelope or Envelope(), now=now)
        if isinstance(error, KeepaKeyRefused):
            self.bucket.block(str(error), now=now)


def _joined(answers: Sequence[Answer]) -> Answer:
    """One answer out of parts; its envelope is the last one's, with the cost of all."""
    last = answers[-1].envelope
    total = sum(answer.envelope.tokens_consumed for answer in answers)
    fields = {name: getattr(last, name) for name in Envelope.__struct_fields__}
    return Answer(
        Envelope(**fields | {"tokens_consumed": total}),
        {asin: raw for answer in answers for asin, raw in answer.products.items()},
        tuple(asin for answer in answers for asin in answer.asked),
        {asin: minute for answer in answers for asin, minute in answer.updated.items()},
    )


def from_settings() -> PaidClient:
    """The client of this installation: the key and the address of the settings; the demo has a key of its own."""
    key = settings.KEEPA_API_KEY or (settings.SIMULATOR_KEY if settings.DEMO else "")
    return PaidClient(KeepaClient(key=key, base_url=settings.KEEPA_BASE_URL), Bucket(key))
