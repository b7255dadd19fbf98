"""The token bucket: one locked row that all processes share, reservations, and ceilings (keepa.md 6)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum

from ingestion.errors import KeepaKeyRefused, NotPayable
from ingestion.keepa import ceilings
from ingestion.keepa.balance import Balance
from ingestion.keepa.envelope import Envelope
from ingestion.models import TokenBucket, TokenReservation, TokenUse

ABANDONED = timedelta(minutes=5)
"""No request takes this long: whoever made an older reservation is gone."""


@dataclass(frozen=True, slots=True)
class BucketState:
    """What pages and the planner see; all in tokens. `lump` is what a minute brings, trackings taken off.

    `is_known` is false until Keepa has told the balance once.
    """

    is_known: bool
    tokens: int
    reserved: int
    reserve: int
    capacity: int
    lump: int
    refill_at: datetime
    affordable: int
    spent_today: int
    spent_this_month: int
    blocked_because: str


def digest_of(key: str) -> str:
    """What names a key's row without showing the key."""
    return hashlib.sha256(key.encode()).hexdigest()


def row_of(key: str) -> TokenBucket | None:
    """What Keepa last told about this key, as it stands in the table; None if it never was asked. One query."""
    return TokenBucket.objects.filter(pk=digest_of(key)).first()


class Bucket:
    """The tokens of one key. Every method is one transaction of its own and must not be called inside another."""

    def __init__(self, key: str) -> None:
        self._digest = digest_of(key)

    def reserve(self, tokens: int, *, purpose: str, now: datetime) -> int:
        """Set tokens aside for a request about to be sent; returns the reservation's id.

        Raises NotPayable with a sentence and the time to wait, and KeepaKeyRefused while the key is refused.
        """
        with transaction.atomic(durable=True):
            row = self._locked(now)
            if row.blocked_because:
                raise KeepaKeyRefused(row.blocked_because)
            reserved = _reserved(row)
            _check_payable(_balance(row), reserved, tokens, now)
            ceilings.check(tokens, reserved, now)
            return row.reservations.create(tokens=tokens, purpose=purpose, sent_at=now).pk

    def settle(self, reservation_id: int, envelope: Envelope, *, now: datetime) -> None:
        """Replace a reservation by what the answer says. A refusal that carries an envelope is an answer too."""
        with transaction.atomic(durable=True):
            row = self._locked(now)
            own = row.reservations.filter(pk=reservation_id)
            asked_at = own.values_list("sent_at", flat=True).first() or now - ABANDONED
            _absorb(row, envelope, asked_at=asked_at, now=now)
            own.delete()
            _count(envelope, now)

    def sync(self, envelope: Envelope, *, asked_at: datetime, now: datetime) -> None:
        """Take over what a free request told that was sent at `asked_at`. It shows too that the key is good."""
        with transaction.atomic(durable=True):
            row = self._locked(now)
            row.blocked_because = ""
            _absorb(row, envelope, asked_at=asked_at, now=now)

    def unanswered(self, reservation_id: int, *, now: datetime) -> None:
        """Keep the reservation of a request without an answer: Keepa may have charged for it.

        It goes when an answer arrives to a request that was sent later than this moment.
        """
        TokenReservation.objects.filter(pk=reservation_id).update(unanswered=True, sent_at=now)

    def block(self, reason: str, *, now: datetime) -> None:
        """Send nothing more with this key. Another key has a row of its own."""
        with transaction.atomic(durable=True):
            row = self._locked(now)
            row.blocked_because = reason[:300]
            row.save(update_fields=["blocked_because"])

    def needs_telling(self, now: datetime) -> bool:
        """Whether a free request for the balance is worth making: it was never told, or a request got lost.

        Not while the key is refused: then only a person asks again (`PaidClient.token`).
        """
        row = TokenBucket.objects.filter(pk=self._digest).first()
        if row is None:
            return True
        if row.blocked_because:
            return False
        return not row.refill_rate or row.reservations.filter(_given_up(now)).exists()

    def most_payable(self, now: datetime) -> int:
        """Tokens that a request may cost at most, however long one waits; 0 while Keepa has told nothing."""
        row = TokenBucket.objects.filter(pk=self._digest).first() or _unknown(self._digest, now)
        balance = _balance(row)
        return balance.capacity - balance.reserve

    def affordable(self, now: datetime) -> int:
        """Tokens that could be reserved now: balance less reservations less reserve, and within the ceilings."""
        return self.state(now).affordable

    def state(self, now: datetime) -> BucketState:
        """The bucket as it stands, refills since the last answer included. Takes no lock."""
        row = TokenBucket.objects.filter(pk=self._digest).first() or _unknown(self._digest, now)
        balance, reserved = _balance(row).at(now), _reserved(row)
        free = 0 if row.blocked_because else balance.tokens - reserved - balance.reserve
        return BucketState(
            is_known=balance.rate > 0,
            tokens=balance.tokens,
            reserved=reserved,
            reserve=balance.reserve,
            capacity=balance.capacity,
            lump=balance.lump,
            refill_at=balance.refill_at,
            affordable=max(0, min(free, ceilings.left(reserved, now, otherwise=free))),
            spent_today=ceilings.spent_on(now),
            spent_this_month=ceilings.spent_in_month(now),
            blocked_because=row.blocked_because,
        )

    def _locked(self, now: datetime) -> TokenBucket:
        """The row, locked to the end of the transaction. SQLite locks the file at the transaction's begin."""
        defaults = {"updated_at": now, "refill_at": now}
        return TokenBucket.objects.select_for_update().get_or_create(pk=self._digest, defaults=defaults)[0]


def _unknown(digest: str, now: datetime) -> TokenBucket:
    return TokenBucket(key_digest=digest, updated_at=now, refill_at=now)


def _balance(row: TokenBucket) -> Balance:
    return Balance(
        tokens=row.balance,
        rate=row.refill_rate,
        flow_reduction=row.flow_reduction,
        refill_at=row.refill_at or row.updated_at,
        server_ms=row.server_ms,
    )


def _reserved(row: TokenBucket) -> int:
    held: QuerySet[TokenReservation] = TokenReservation.objects.filter(bucket_id=row.pk)
    return held.aggregate(total=Sum("tokens"))["total"] or 0


def _given_up(now: datetime) -> Q:
    return Q(unanswered=True) | Q(sent_at__lte=now - ABANDONED)


def _absorb(row: TokenBucket, envelope: Envelope, *, asked_at: datetime, now: datetime) -> None:
    balance = _balance(row).told(envelope, now)
    row.balance, row.refill_rate, row.flow_reduction = balance.tokens, balance.rate, balance.flow_reduction
    row.refill_at, row.server_ms, row.updated_at = balance.refill_at, balance.server_ms, now
    row.save()
    if envelope.tells_balance:
        lost = Q(unanswered=True, sent_at__lt=asked_at) | Q(sent_at__lte=asked_at - ABANDONED)
        row.reservations.filter(lost).delete()


def _count(envelope: Envelope, now: datetime) -> None:
    spent = {"tokens": F("tokens") + max(0, envelope.tokens_consumed), "requests": F("requests") + 1}
    today = TokenUse.objects.filter(day=now.date())
    if not today.update(**spent):
        TokenUse.objects.get_or_create(day=now.date())
        today.update(**spent)


def _check_payable(balance: Balance, reserved: int, tokens: int, now: datetime) -> None:
    current = balance.at(now)
    if current.rate == 0:
        raise NotPayable("Keepa has not told the token balance yet.", wait_seconds=0)
    if tokens > current.capacity - current.reserve:
        raise NotPayable(
            f"This request may cost {tokens} tokens, more than the {current.capacity - current.reserve} that the key "
            f"can ever have free; ask for less at once.",
            wait_seconds=None,
        )
    wanted = tokens + current.reserve + reserved
    if current.tokens >= wanted:
        return
    seconds = current.seconds_until(wanted, now)
    if seconds is None:
        raise NotPayable("Keepa's trackings take the whole refill: no tokens will come.", wait_seconds=None)
    raise NotPayable(
        f"This request may cost {tokens} tokens; {max(0, current.tokens - reserved - current.reserve)} are free now.",
        wait_seconds=seconds,
    )
