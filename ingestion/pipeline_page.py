"""What the pipeline page shows of Keepa and of what was set aside."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Avg, Count, Q, QuerySet, Sum

from ingestion.keepa.bucket import row_of
from ingestion.models import DeadLetter, PollRun, TokenBucket, TokenReservation, TokenUse, UiLatency
from ingestion.runner import states
from ingestion.topics import DOCUMENTS
from products.models import PollTarget, SearchDirty
from products.search.backlog import Backlog, backlog

RECENT = timedelta(minutes=5)
RUNS_SHOWN = 12
LETTERS_SHOWN = 20
DAYS_SHOWN = 14


@dataclass(frozen=True, slots=True)
class Polling:
    """How Keepa is asked. `per_minute` counts listings answered in the last five minutes."""

    per_minute: float
    failed: int
    mean_ms: float | None
    due: int
    targets: int
    last_ok: datetime | None

    @property
    def word(self) -> str:
        """Its state in one word."""
        if self.failed and not self.per_minute:
            return "failing"
        return "polling" if self.per_minute else "idle"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Keepa's tokens as last told. `reserved` belongs to requests under way."""

    bucket: TokenBucket | None
    reserved: int
    today: int
    month: int
    days: list[TokenUse]


@dataclass(frozen=True, slots=True)
class Latency:
    """From Keepa's answer to the page that was told, in milliseconds, over the newest thousand measurements."""

    count: int
    median: int | None
    p95: int | None


@dataclass(frozen=True, slots=True)
class Documents:
    """How the search index follows. `trouble` says why nothing can be written."""

    backlog: Backlog
    trouble: str
    refused: list[SearchDirty]

    @property
    def word(self) -> str:
        """Its state in one word."""
        if self.trouble:
            return "waiting"
        return "refused in part" if self.backlog.parked else "catching up" if self.backlog.waiting else "up to date"


def documents(now: datetime) -> Documents | None:
    """Three queries; None where search is in the database."""
    if not settings.ELASTICSEARCH_URL:
        return None
    seen = states.seen(now, [DOCUMENTS]).get(DOCUMENTS)
    refused = SearchDirty.objects.filter(is_parked=True).order_by("-since")[:LETTERS_SHOWN]
    return Documents(backlog(now), seen.why if seen else "", list(refused))


def polling(now: datetime) -> Polling:
    """Three queries."""
    recent = PollRun.objects.filter(started_at__gte=now - RECENT).aggregate(
        listings=Sum("listings", filter=Q(outcome="ok")),
        failed=Count("pk", filter=~Q(outcome="ok")),
        mean=Avg("milliseconds", filter=Q(outcome="ok")),
    )
    targets = PollTarget.objects.aggregate(all=Count("pk"), due=Count("pk", filter=Q(due_at__lte=now)))
    last = PollRun.objects.filter(outcome="ok").order_by("-started_at").values_list("started_at", flat=True).first()
    return Polling(
        per_minute=(recent["listings"] or 0) / (RECENT.total_seconds() / 60),
        failed=recent["failed"],
        mean_ms=recent["mean"],
        due=targets["due"],
        targets=targets["all"],
        last_ok=last,
    )


def tokens(now: datetime) -> Tokens:
    """Three queries."""
    bucket = row_of(settings.KEEPA_API_KEY)
    reserved = TokenReservation.objects.filter(bucket=bucket).aggregate(sum=Sum("tokens"))["sum"] if bucket else 0
    days = list(TokenUse.objects.filter(day__gt=now.date() - timedelta(days=31)).order_by("-day"))
    return Tokens(
        bucket=bucket,
        reserved=reserved or 0,
        today=sum(row.tokens for row in days if row.day == now.date()),
        month=sum(row.tokens for row in days if (row.day.year, row.day.month) == (now.year, now.month)),
        days=days[:DAYS_SHOWN],
    )


def latency() -> Latency:
    """One query over at most a thousand rows."""
    numbers = sorted(UiLatency.objects.values_list("milliseconds", flat=True))
    if not numbers:
        return Latency(0, None, None)
    return Latency(len(numbers), numbers[len(numbers) // 2], numbers[min(len(numbers) - 1, len(numbers) * 95 // 100)])


def newest_runs() -> QuerySet[PollRun]:
    """The newest requests to Keepa."""
    return PollRun.objects.order_by("-started_at")[:RUNS_SHOWN]


def open_dead_letters() -> QuerySet[DeadLetter]:
    """Records set aside that wait for a decision, newest first, without their bytes."""
    waiting = DeadLetter.objects.filter(state=DeadLetter.State.OPEN).defer("value", "headers")
    return waiting.order_by("-failed_at", "pk")[:LETTERS_SHOWN]
