"""Leases and answers of poll targets: what the planner reads and writes. One worker holds a listing at a time."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, Count, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from arbitrage_site.clock import minute_of
from products import bulk
from products.models import Listing, PollTarget, Watch

LEASE = timedelta(minutes=3)
"""Longer than a Keepa request with its retries; a worker that died gives its listings back after this."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a poll learned about one target, and when asking again makes sense."""

    target_id: int
    source_minute: int
    due_at: datetime
    pace: float


@dataclass(frozen=True, slots=True)
class Absent:
    """A target that Keepa left out of its answer, for the how-manieth time in a row, and when to ask again."""

    target_id: int
    failures: int
    due_at: datetime


_RELEASED = ("lease", "lease_until")


def due(now: datetime, *, oldest: int) -> QuerySet[PollTarget]:
    """Targets that may be asked now, most urgent first; `oldest` is the planner's limit in minutes.

    The order is that of `ingestion.planner.place`, computed by the database over integers.
    """
    age = Value(minute_of(now)) - F("source_minute")
    heat = PollTarget.Heat
    place = Case(
        When(heat=heat.OPEN, then=Value(0)),
        When(source_minute__isnull=True, then=Value(1)),
        When(source_minute__lt=minute_of(now) - oldest, then=Value(2)),
        default=Value(3),
    )
    weight = Case(
        When(heat=heat.OPEN, then=Value(1.0)),
        When(source_minute__lt=minute_of(now) - oldest, then=Value(1.0)),
        When(heat=heat.NEAR, then=F("pace") * 2.0),
        default=F("pace"),
        output_field=FloatField(),
    )
    paused = Watch.objects.filter(paused=True).values("product_id")
    return (
        PollTarget.objects.filter(due_at__lte=now)
        .filter(Q(lease_until__isnull=True) | Q(lease_until__lt=now))
        .exclude(product_id__in=paused)
        .alias(place=place, urgency=Cast(age, FloatField()) * weight)
        .order_by("place", F("urgency").desc(nulls_first=True), "id")
    )


@dataclass(frozen=True, slots=True)
class Loading:
    """How many targets there are, and how many of them still wait for their first answer."""

    targets: int
    waiting: int

    @property
    def answered(self) -> int:
        return self.targets - self.waiting


def unasked() -> int:
    """How many targets still wait for their first answer: what the planner asks before each round."""
    return PollTarget.objects.filter(source_minute__isnull=True).count()


def loading() -> Loading:
    """How far the first polls have come, in one query."""
    counted = PollTarget.objects.aggregate(targets=Count("id"), answered=Count("source_minute"))
    return Loading(targets=counted["targets"], waiting=counted["targets"] - counted["answered"])


def lease(ids: Sequence[int], *, token: str, now: datetime) -> set[int]:
    """Take these targets for one worker; returns those that were still free. Two workers never pay for one listing.

    Those that another worker is taking or writing at this moment are left to it: nobody waits.
    """
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    with transaction.atomic():
        targets = PollTarget.objects.filter(free, id__in=ids, due_at__lte=now).order_by("id")
        taken = list(targets.select_for_update(skip_locked=True).values_list("id", flat=True))
        PollTarget.objects.filter(id__in=taken).update(lease=token, lease_until=now + LEASE)
    return set(taken)


def release(ids: Collection[int], *, due_at: datetime | None = None) -> None:
    """Give leases back without an answer; `due_at` postpones the next try."""
    given = {"lease": "", "lease_until": None, **({} if due_at is None else {"due_at": due_at})}
    with transaction.atomic():
        locked = PollTarget.objects.select_for_update().filter(id__in=ids).order_by("id")
        PollTarget.objects.filter(id__in=list(locked.values_list("id", flat=True))).update(**given)


def record_answers(answers: Iterable[Answered], *, buybox: bool, rating: bool, now: datetime) -> None:
    """Store what a poll learned. Runs in the transaction that appends the raw records."""
    asked = [*(["buy_box_polled_at"] if buybox else []), *(["rating_polled_at"] if rating else [])]
    columns = [*_RELEASED, "failures", "full_history_wanted", "polled_at", "source_minute", "due_at", "pace", *asked]
    rows = [
        [
            "",
            None,
            0,
            False,
            now,
            answer.source_minute,
            answer.due_at,
            answer.pace,
            *[now] * len(asked),
            answer.target_id,
        ]
        for answer in answers
    ]
    bulk.update(PollTarget, columns, rows, key=["id"])


def record_absent(absent: Iterable[Absent], *, now: datetime) -> None:
    """Store that Keepa left these targets out of its answer."""
    rows = [["", None, min(each.failures, 1000), now, each.due_at, each.target_id] for each in absent]
    bulk.update(PollTarget, [*_RELEASED, "failures", "polled_at", "due_at"], rows, key=["id"])


def changes_of(pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Changes of the reference price in 90 days, for the listings that are known."""
    asins = {asin for asin, _ in pairs}
    rows = Listing.objects.filter(product_id__in=asins).values_list("product_id", "marketplace", "change_points")
    return {(asin, code): changes for asin, code, changes in rows}


def want_full_history(pairs: Collection[tuple[str, str]]) -> None:
    """Ask the whole history of these listings at the next poll, because what came leaves a gap."""
    for asin, code in pairs:
        PollTarget.objects.filter(product_id=asin, marketplace=code).update(full_history_wanted=True)
