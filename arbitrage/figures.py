"""The figures of the overview, read from the tables."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Avg, Count, Exists, OuterRef, Q, QuerySet

from arbitrage.models import Alert, AlertRead, Opportunity
from arbitrage.querysets import OpportunityQuery, opportunities
from ingestion.keepa.bucket import row_of
from ingestion.models import PollRun, TokenBucket
from products import poll_targets
from products.models import Product

Reader = User | AnonymousUser
NOBODY = 0
MOST_COUNTED = 100
"""Unread alerts are counted up to this; more are "99+"."""


@dataclass(frozen=True, slots=True)
class Figures:
    """`margin` is the mean in basis points of net revenue; `best` the open opportunity that earns most."""

    products: int
    opened: int
    opened_today: int
    margin: int | None
    best: Opportunity | None
    tokens: TokenBucket | None
    last_answer: datetime | None
    loading: poll_targets.Loading


def figures(now: datetime) -> Figures:
    """Counts over the default profile's open opportunities; six queries."""
    rows = opportunities(OpportunityQuery(sort="-net"))
    day = now - timedelta(days=1)
    summary = rows.order_by().aggregate(
        opened=Count("pk"), today=Count("pk", filter=Q(opened_at__gte=day)), margin=Avg("margin")
    )
    return Figures(
        products=Product.objects.count(),
        opened=summary["opened"],
        opened_today=summary["today"],
        margin=None if summary["margin"] is None else round(summary["margin"]),
        best=rows.first(),
        tokens=row_of(settings.KEEPA_API_KEY),
        last_answer=last_answer(),
        loading=poll_targets.loading(),
    )


def last_answer() -> datetime | None:
    """When Keepa last answered as it should."""
    return PollRun.objects.filter(outcome="ok").order_by("-started_at").values_list("started_at", flat=True).first()


@dataclass(frozen=True, slots=True)
class FirstRun:
    """The steps to a first flip: each is done or not. The card goes when all are."""

    key: bool
    watching: bool
    polled: bool

    @property
    def done(self) -> bool:
        return self.key and self.watching and self.polled


def inbox(reader: Reader) -> QuerySet[Alert]:
    """Alerts, newest first, each with `is_read` for this reader. Without a sign-in nothing is marked."""
    rows = Alert.objects.select_related("rule", "product", "opportunity__profile").order_by("-occurred_at", "pk")
    marks = AlertRead.objects.filter(alert=OuterRef("pk"), user_id=reader.pk or NOBODY)
    return rows.annotate(is_read=Exists(marks))


def unread_count(reader: Reader) -> int:
    """Unread alerts of a signed-in reader, counted up to a hundred; nobody else has any."""
    if not reader.is_authenticated:
        return 0
    return inbox(reader).filter(Q(is_read=False))[:MOST_COUNTED].count()
