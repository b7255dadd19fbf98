"""The most that may be spent in a day and in a month, by KEEPA_DAILY_TOKENS and KEEPA_MONTHLY_TOKENS (UTC)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Sum

from ingestion.errors import NotPayable
from ingestion.models import TokenUse


@dataclass(frozen=True, slots=True)
class _Ceiling:
    variable: str
    tokens: int
    spent: int
    ends: datetime


def check(tokens: int, reserved: int, now: datetime) -> None:
    """Raise NotPayable, naming the variable, if `tokens` beside those under way would pass a ceiling."""
    for ceiling in _set(now):
        if ceiling.spent + reserved + tokens <= ceiling.tokens:
            continue
        never = tokens > ceiling.tokens
        raise NotPayable(
            f"This request may cost {tokens} tokens and would pass {ceiling.variable} ({ceiling.tokens}); "
            f"{ceiling.spent} are spent and {reserved} reserved. It begins anew on {ceiling.ends:%Y-%m-%d}.",
            wait_seconds=None if never else (ceiling.ends - now).total_seconds(),
        )


def left(reserved: int, now: datetime, *, otherwise: int) -> int:
    """Tokens that the ceilings leave; `otherwise` where none is set."""
    return min((ceiling.tokens - ceiling.spent - reserved for ceiling in _set(now)), default=otherwise)


def spent_on(now: datetime) -> int:
    """Tokens spent on the UTC day of `now`."""
    return _spent(now.date(), now.date())


def spent_in_month(now: datetime) -> int:
    """Tokens spent since the first of the month of `now`."""
    return _spent(now.date().replace(day=1), now.date())


def _set(now: datetime) -> Iterator[_Ceiling]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if settings.KEEPA_DAILY_TOKENS:
        ends = midnight + timedelta(days=1)
        yield _Ceiling("KEEPA_DAILY_TOKENS", settings.KEEPA_DAILY_TOKENS, spent_on(now), ends)
    if settings.KEEPA_MONTHLY_TOKENS:
        ends = (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield _Ceiling("KEEPA_MONTHLY_TOKENS", settings.KEEPA_MONTHLY_TOKENS, spent_in_month(now), ends)


def _spent(first: date, last: date) -> int:
    return TokenUse.objects.filter(day__range=(first, last)).aggregate(total=Sum("tokens"))["total"] or 0
